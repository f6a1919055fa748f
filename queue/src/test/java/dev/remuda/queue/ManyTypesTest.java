package dev.remuda.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that consumes very many types. */
class ManyTypesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final List<String> TYPES =
      IntStream.range(0, 1_000).mapToObj(i -> "type" + i).toList();

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Engine.class)
  @DisplayName("D.16 a poll sees what is due of 1,000 types")
  void peek(Engine engine) throws Exception {
    String url = engine.url(folder);
    try (MessageQueue queue = MessageQueue.open(url)) {
      for (int i : new int[] {0, 99, 100, 499, 500, 999}) {
        queue.enqueue("type" + i, "x");
      }
      queue.enqueue("type700", "x", EnqueueOptions.NONE.delay(Duration.ofHours(1)));
      queue.enqueue("not asked for", "x");
    }
    Engine.sql(url, "UPDATE MessageQueue SET owner = 5 WHERE type = 'type499'");
    Database database = Connections.byUrl(url, new Properties());
    try (MessageStore store =
        new JdbcStore(new Link(database), true, database, TableNames.of("MessageQueue"), 0)) {
      Housekeeping.Peek peek = store.housekeeping().peek(TYPES, 7);
      assertThat(peek.dueIn())
          .containsOnlyKeys("type0", "type99", "type100", "type500", "type700", "type999");
      assertThat(peek.dueIn().get("type999")).isZero();
      assertThat(peek.dueIn().get("type700")).isBetween(3_000_000L, 3_600_000L);
      assertThat(peek.othersBusy()).isTrue();
      assertThat(store.housekeeping().peek(TYPES, 5).othersBusy()).isFalse();
      assertThat(store.housekeeping().peek(List.of(), 7).othersBusy()).isTrue();
    }
  }

  @Test
  @DisplayName(
      "D.16 a process that consumes 1,000 types finds the plain insert of each by its poll")
  void consumed() throws Exception {
    String url = Engine.SQLITE.url(folder);
    var handled = new AtomicInteger();
    try (MessageQueue queue =
        MessageQueue.builder(url).poll(Duration.ofMillis(500)).kicksOn().open()) {
      TYPES.forEach(type -> queue.consume(type, _ -> handled.incrementAndGet()));
      String insert = "INSERT INTO MessageQueue (type, data) VALUES ('%s', 'x')";
      Engine.sql(url, insert.formatted("type0"), insert.formatted("type999"));
      await().atMost(PATIENCE).until(() -> handled.get() == 2);
    }
  }
}
