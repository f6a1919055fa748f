package dev.remuda.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is done as time goes by: schedules, finished messages, counters. */
class KeepingTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final long DAY = 86_400_000;

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Engine.class)
  @DisplayName("D.17 a schedule that was missed inserts one message, whoever of many is first")
  void cron(Engine engine) throws Exception {
    String url = engine.url(folder);
    MessageQueue.Builder builder =
        MessageQueue.builder(url).cron("nightly", "0 3 * * *", ZoneOffset.UTC, "cron", "run");
    String entry = "SELECT count(*) FROM message_cron WHERE next_run > 1000";
    try (MessageQueue _ = builder.open()) {
      await().atMost(PATIENCE).until(() -> Engine.number(url, entry) == 1);
      assertThat(Engine.number(url, "SELECT count(*) FROM MessageQueue")).isZero();
    }
    Engine.sql(url, "UPDATE message_cron SET next_run = 1000");
    try (MessageQueue _ = builder.open();
        MessageQueue _ = builder.open()) {
      await().atMost(PATIENCE).until(() -> Engine.number(url, entry) == 1);
      assertThat(Engine.number(url, "SELECT count(*) FROM MessageQueue WHERE data = 'run'"))
          .isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  @DisplayName("D.17 a schedule goes on at its times after the database's clock was far ahead")
  void clockWasAhead(Engine engine) throws Exception {
    String url = engine.url(folder);
    MessageQueue.Builder builder =
        MessageQueue.builder(url).cron("nightly", "0 3 * * *", ZoneOffset.UTC, "cron", "run");
    String entry = "SELECT count(*) FROM message_cron WHERE next_run < 9000000000000";
    try (MessageQueue _ = builder.open()) {
      await().atMost(PATIENCE).until(() -> Engine.number(url, entry) == 1);
    }
    Engine.sql(url, "UPDATE message_cron SET next_run = 9000000000000");
    try (MessageQueue _ = builder.open()) {
      await().atMost(PATIENCE).until(() -> Engine.number(url, entry) == 1);
      assertThat(Engine.number(url, "SELECT count(*) FROM MessageQueue")).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  @DisplayName("D.17 finished messages are kept for some days if that is asked for")
  void keepsDone(Engine engine) throws Exception {
    String url = engine.url(folder);
    try (MessageQueue queue = MessageQueue.builder(url).keepDone(7).open()) {
      queue.consume("kept", _ -> {});
      queue.enqueue("kept", "x");
      await()
          .atMost(PATIENCE)
          .until(() -> Engine.number(url, "SELECT count(*) FROM message_done") == 1);
    }
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  @DisplayName("D.17 each process says how long what it has handled is kept, whoever prunes")
  void keptAsItsHandlerWants(Engine engine) throws Exception {
    String url = engine.url(folder);
    handleOne(MessageQueue.builder(url).keepDone(7), "kept");
    handleOne(MessageQueue.builder(url).keepDone(2), "kept");
    handleOne(MessageQueue.builder(url), "not kept");
    String days = "SELECT count(DISTINCT last_day) FROM message_done";
    assertThat(Engine.number(url, days)).isEqualTo(2);
    long last = Engine.number(url, "SELECT max(last_day) FROM message_done");

    Database database = Connections.byUrl(url, new java.util.Properties());
    TableNames names = TableNames.of("MessageQueue");
    Link link = new Link(database);
    try (MessageStore store = new JdbcStore(link, true, database, names, 0)) {
      store.housekeeping().prune(DAY, DAY);
      assertThat(Engine.number(url, "SELECT count(*) FROM message_done")).isEqualTo(2);
      assertThat(last - store.housekeeping().now() / DAY).isBetween(6L, 7L);
      assertThat(leftOn(link, database.dialect(), last)).isEqualTo(1);
      assertThat(leftOn(link, database.dialect(), last + 1)).isZero();
    }
  }

  private static void handleOne(MessageQueue.Builder builder, String type) {
    try (MessageQueue queue = builder.open()) {
      queue.consume(type, _ -> {});
      queue.enqueue(type, "x");
      await()
          .atMost(PATIENCE)
          .until(() -> queue.snapshot().types().stream().anyMatch(one -> one.doneHere() == 1));
    }
  }

  /** How many are kept after what is pruned on a day. */
  private static long leftOn(Link link, Dialect dialect, long day) throws Exception {
    TableNames names = TableNames.of("MessageQueue");
    return link.transaction(session -> {
      dialect.dropDone(session, names, day);
      return session.number("SELECT count(*) FROM message_done");
    });
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  @DisplayName("D.17 what was done is counted per type and minute, for all processes")
  void counts(Engine engine) {
    String url = engine.url(folder);
    var failures = new AtomicInteger(1);
    MessageQueue.Builder builder = MessageQueue.builder(url).heartbeat(Duration.ofMillis(100));
    try (MessageQueue queue = builder.open();
        MessageQueue other = builder.open()) {
      queue.consume(
          "counted",
          ConsumeOptions.DEFAULT.backoff(Duration.ofMillis(1), Duration.ofMillis(1)),
          _ -> {
            if (failures.getAndDecrement() > 0) {
              throw new IllegalStateException("once");
            }
          });
      queue.enqueue("counted", "x");
      queue.enqueue("counted", "y");
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            List<TypeSnapshot.MinuteCount> minutes = minutes(other);
            assertThat(minutes.stream().mapToLong(m -> m.done()).sum()).isEqualTo(2);
            assertThat(minutes.stream().mapToLong(m -> m.failed()).sum()).isEqualTo(1);
          });
    }
  }

  private static List<TypeSnapshot.MinuteCount> minutes(MessageQueue queue) {
    return queue.snapshot().types().stream().flatMap(type -> type.minutes().stream()).toList();
  }
}
