package dev.remuda.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What cannot be is refused with a text that says what it was. */
class BadInputTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Engine.class)
  @DisplayName("D.10 a schema of a newer version is refused")
  void newerSchema(Engine engine) throws Exception {
    String url = engine.url(folder);
    MessageQueue.open(url).close();
    Engine.sql(url, "UPDATE message_schema SET version = 99");
    assertThatThrownBy(() -> MessageQueue.open(url))
        .isInstanceOf(QueueSchemaException.class)
        .hasMessageContaining("schema version 99, made by a newer Remuda; this one knows 2");
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  @DisplayName("D.10 a missing table is refused with what to run, which then works by hand")
  void missingTable(Engine engine) throws Exception {
    String url = engine.url(folder);
    MessageQueue.Builder builder = MessageQueue.builder(url).createSchema(false).table("jobs");
    var refused =
        org.assertj.core.api.Assertions.catchThrowableOfType(
            QueueSchemaException.class, builder::open);
    assertThat(refused).hasMessageContaining("table jobs is missing");
    assertThat(refused.statements()).contains("CREATE TABLE IF NOT EXISTS jobs");

    String plain = refused.statements().replaceAll("(?m)^--.*$", "");
    Engine.sql(
        url,
        java.util.Arrays.stream(plain.split(";\n"))
            .map(String::strip)
            .filter(one -> !one.isEmpty())
            .toArray(String[]::new));
    try (MessageQueue queue = builder.open()) {
      assertThat(queue.enqueue("t", "d").inserted()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  @DisplayName("D.10 a table of another shape is refused, each column named")
  void otherShape(Engine engine) throws Exception {
    String url = engine.url(folder);
    Engine.sql(url, "CREATE TABLE MessageQueue (id VARCHAR(10), type VARCHAR(10))");
    assertThatThrownBy(() -> MessageQueue.open(url))
        .isInstanceOf(QueueSchemaException.class)
        .hasMessageContaining("date_inserted is missing")
        .hasMessageContaining("data is missing")
        .hasMessageContaining("id ");
  }

  @Test
  @DisplayName("D.10 two queues whose other tables would have the same names are refused")
  void sameNames() {
    String url = Engine.SQLITE.url(folder);
    MessageQueue.open(url).close();
    assertThatThrownBy(() -> MessageQueue.builder(url).table("Message").open())
        .isInstanceOf(QueueSchemaException.class)
        .hasMessageContaining("belong to queue table MessageQueue, not to Message");
  }

  @Test
  @DisplayName(
      "D.11 data that is not text, or too long, is moved to the dead and handled by nobody")
  void dataOfOthers() throws Exception {
    String url = Engine.SQLITE.url(folder);
    try (MessageQueue queue = MessageQueue.builder(url).maxData(10).open()) {
      Engine.sql(
          url,
          "INSERT INTO MessageQueue (type, data) VALUES ('odd', x'00ff00')",
          "INSERT INTO MessageQueue (type, data) VALUES ('odd', '12345678901')",
          "INSERT INTO MessageQueue (type, data) VALUES ('odd', 42)");
      var handled = new AtomicInteger();
      queue.consume("odd", message -> handled.addAndGet(Integer.parseInt(message.data())));

      await()
          .atMost(PATIENCE)
          .until(() -> handled.get() == 42 && queue.deadMessages("odd", 9).size() == 2);
      assertThat(queue.deadMessages("odd", 9))
          .extracting(DeadMessage::lastError)
          .anyMatch(error -> error.contains("not text: 3 bytes of a BLOB"))
          .anyMatch(error -> error.contains("data of 11 characters is over the limit of 10"));
    }
  }

  @Test
  @DisplayName("D.14 what cannot be enqueued is refused, all of it named at once")
  void badEnqueue() {
    try (MessageQueue queue = MessageQueue.builder(Engine.SQLITE.url(folder)).maxData(5).open()) {
      EnqueueOptions bad =
          EnqueueOptions.NONE
              .delay(Duration.ofSeconds(-3))
              .runAt(Instant.EPOCH)
              .uniqueKey("")
              .orderKey("a\nb");
      assertThatThrownBy(() -> queue.enqueue("", "123456", bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("type has from 1 to 200 characters, not 0")
          .hasMessageContaining("data has at most 5 bytes in UTF-8, not 6")
          .hasMessageContaining("exclude each other")
          .hasMessageContaining("delay is from zero to 100 years, not PT-3S")
          .hasMessageContaining("uniqueKey has from 1 to 200 characters, not 0")
          .hasMessageContaining("orderKey has control characters");
      assertThatThrownBy(() -> queue.enqueue("t", "a\0b")).hasMessageContaining("NUL");
      assertThatThrownBy(() -> queue.enqueue("t", "\ud800")).hasMessageContaining("surrogates");
    }
  }

  @Test
  @DisplayName("D.10 settings that cannot be are refused, all of them named at once")
  void badSettings() {
    assertThatThrownBy(() ->
            MessageQueue.builder("jdbc:oracle:thin:scott/password=tiger")
                .table("drop table; --")
                .poll(Duration.ZERO)
                .heartbeat(Duration.ofSeconds(20))
                .maxData(0)
                .keepDone(-1)
                .closePatience(Duration.ofDays(2))
                .cron("c", "61 * * * *", ZoneOffset.UTC, "t", "d")
                .open())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("jdbc:oracle")
        .hasMessageNotContaining("tiger")
        .hasMessageContaining("not \"drop table; --\"")
        .hasMessageContaining("poll is from 1 ms")
        .hasMessageContaining("staleAfter is at least three heartbeats of PT20S, not PT30S")
        .hasMessageContaining("maxData is from 1")
        .hasMessageContaining("keepDone is from 0")
        .hasMessageContaining("closePatience")
        .hasMessageContaining("the cron entry '61 * * * *': as minute '61' is not within 0-59");
    assertThatThrownBy(() -> ConsumeOptions.DEFAULT.parallel(0))
        .hasMessageContaining("parallel is from 1 to 10000, not 0");
  }

  @Test
  @DisplayName("D.11 a type is consumed once by one queue")
  void twice() {
    try (MessageQueue queue = MessageQueue.open(Engine.SQLITE.url(folder))) {
      queue.consume("t", _ -> {});
      assertThatThrownBy(() -> queue.consume("t", _ -> {}))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("type t is consumed already");
      assertThatThrownBy(() -> queue.consume("", _ -> {}))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  @DisplayName("D.10 a database file that cannot be written is refused when it is opened")
  void readOnly() {
    String url = Engine.SQLITE.url(folder);
    MessageQueue.open(url).close();
    assertThatThrownBy(() -> MessageQueue.open(url + "?open_mode=1"))
        .isInstanceOf(QueueStoreException.class)
        .hasMessageContaining("read");
    assertThatThrownBy(() -> MessageQueue.open("sqlite:" + folder.resolve("no/such/dir/q.db")))
        .isInstanceOf(QueueStoreException.class)
        .hasMessageContaining("cannot be made");
  }

  @Test
  @DisplayName("D.10 a new database file is its owner's alone")
  void privateFile() throws Exception {
    Path file = folder.resolve("private.db");
    MessageQueue.open("sqlite:" + file).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  @DisplayName(
      "D.11 a full database refuses inserts, loses nothing, and goes on when there is room")
  void full() throws Exception {
    String url = Engine.SQLITE.url(folder);
    try (MessageQueue queue = MessageQueue.open(url)) {
      String page = "x".repeat(100_000);
      limitPages(queue, 200);
      int inserted = 0;
      QueueStoreException full = null;
      while (full == null && inserted < 100) {
        try {
          queue.enqueue("full", page);
          inserted++;
        } catch (QueueStoreException e) {
          full = e;
        }
      }
      assertThat(full).hasMessageContaining("full");
      var handled = new AtomicInteger();
      queue.consume("full", _ -> handled.incrementAndGet());
      int before = inserted;
      limitPages(queue, 1_000_000);
      await().atMost(PATIENCE).until(() -> handled.get() == before);
      assertThat(queue.enqueue("full", page).inserted()).isTrue();
    }
  }

  private static void limitPages(MessageQueue queue, int pages) {
    queue.transaction(tx -> {
      try (var statement = tx.connection().createStatement()) {
        return statement.execute("PRAGMA max_page_count = " + pages);
      }
    });
  }
}
