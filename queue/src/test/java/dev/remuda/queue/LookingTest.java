package dev.remuda.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A queue that is opened to be looked at only. */
class LookingTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Engine.class)
  @DisplayName("D.10 a queue can be looked at while others use it, and nothing changes it")
  void looking(Engine engine) {
    String url = engine.url(folder);
    try (MessageQueue queue = MessageQueue.open(url);
        MessageQueue looking = MessageQueue.builder(url).readOnly().open()) {
      queue.enqueue("seen", "x");
      queue.consume(
          "dying",
          ConsumeOptions.DEFAULT.maxAttempts(1),
          _ -> {
            throw new IllegalStateException("on purpose");
          });
      queue.enqueue("dying", "y");
      await()
          .atMost(PATIENCE)
          .until(() ->
              looking.deadMessages(null, 9).size() == 1 && looking.snapshot().types().size() == 2);
      assertThat(looking.snapshot().consumers()).hasSize(1);
      long dead = looking.deadMessages("dying", 9).getFirst().id();
      assertThat(looking.deadMessage(dead).orElseThrow().data()).isEqualTo("y");
      for (ThrowingCallable change :
          List.<ThrowingCallable>of(
              () -> looking.enqueue("t", "x"),
              () -> looking.enqueueAll("t", List.of("x"), EnqueueOptions.NONE),
              () -> looking.transaction(tx -> tx.enqueue("t", "x")),
              () -> looking.consume("t", _ -> {}),
              () -> looking.retryDead(dead),
              () -> looking.retryAllDead(null),
              () -> looking.deleteDead(dead))) {
        assertThatThrownBy(change)
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("the queue was opened to be looked at only");
      }
    }
    assertThat(Engine.number(url, "SELECT count(*) FROM MessageQueue")).isEqualTo(1);
  }

  @Test
  @DisplayName("D.10 a database of others is refused, and its file stays as it is, byte for byte")
  void foreignFile() throws Exception {
    Path file = folder.resolve("places.db");
    Engine.sql("jdbc:sqlite:" + file, "CREATE TABLE places (name TEXT)");
    byte[] before = Files.readAllBytes(file);
    MessageQueue.Builder look = MessageQueue.builder("sqlite:" + file).readOnly();
    assertThatThrownBy(look::open)
        .isInstanceOf(QueueSchemaException.class)
        .hasMessage("table MessageQueue is missing: there is no queue to look at");
    assertThatThrownBy(MessageQueue.builder("sqlite:" + file).createSchema(false)::open)
        .isInstanceOf(QueueSchemaException.class)
        .hasMessageContaining("table MessageQueue is missing, and this program may not change");
    assertThat(file).hasBinaryContent(before);
    assertThat(files()).containsExactly("places.db");
  }

  @Test
  @DisplayName("D.10 a file that is no database is refused by its name, and stays as it is")
  void noDatabase() throws Exception {
    Path file = Files.writeString(folder.resolve("letter.txt"), "Dear reader,\n".repeat(1_000));
    byte[] before = Files.readAllBytes(file);
    for (MessageQueue.Builder builder :
        List.of(
            MessageQueue.builder("sqlite:" + file).readOnly(),
            MessageQueue.builder("sqlite:" + file).createSchema(false))) {
      assertThatThrownBy(builder::open)
          .isInstanceOf(QueueStoreException.class)
          .hasMessageContaining("file " + file + ": ")
          .hasMessageContaining("not a database");
    }
    assertThat(file).hasBinaryContent(before);
    assertThat(files()).containsExactly("letter.txt");
  }

  @Test
  @DisplayName("D.10 looking makes no file")
  void makesNone() throws Exception {
    Path file = folder.resolve("missing.db");
    for (MessageQueue.Builder builder :
        List.of(
            MessageQueue.builder("sqlite:" + file).readOnly(),
            MessageQueue.builder("jdbc:sqlite:" + file + "?cache=shared").readOnly(),
            MessageQueue.builder("sqlite:" + folder).readOnly(),
            MessageQueue.builder("sqlite:" + file).createSchema(false))) {
      assertThatThrownBy(builder::open)
          .isInstanceOf(QueueStoreException.class)
          .hasMessageContaining("there is no file " + folder);
    }
    assertThatThrownBy(MessageQueue.builder("sqlite:file:" + file).readOnly()::open)
        .isInstanceOf(QueueStoreException.class);
    assertThatThrownBy(MessageQueue.builder("jdbc:h2:file:" + file).readOnly()::open)
        .isInstanceOf(QueueStoreException.class)
        .hasMessageContaining("not found");
    assertThat(files()).isEmpty();
  }

  @Test
  @DisplayName("D.17 who only looks has no schedules")
  void schedules() {
    assertThatThrownBy(
            MessageQueue.builder("sqlite:" + folder.resolve("q.db"))
                    .readOnly()
                    .cron("nightly", "0 3 * * *", ZoneOffset.UTC, "t", "d")
                ::open)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("readOnly and cron entry nightly exclude each other");
  }

  private List<String> files() throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
