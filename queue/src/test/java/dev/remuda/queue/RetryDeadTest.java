package dev.remuda.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Dead messages that are put back while others do something with them. */
class RetryDeadTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Duration A_WHILE = Duration.ofMillis(500);
  private static final String BURY =
      "INSERT INTO message_dead (message_id, inserted_at, died_at, type, data, attempt, order_key,"
          + " last_error) VALUES (1, 0, 0, 't', 'x', 1, 'k', 'why')";

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(
      value = Engine.class,
      names = {"H2", "POSTGRESQL"})
  @DisplayName("D.11 a dead message that somebody else takes meanwhile is not put back once more")
  void takenMeanwhile(Engine engine) throws Exception {
    String url = engine.url(folder);
    try (MessageQueue queue = MessageQueue.open(url);
        Connection other = DriverManager.getConnection(url);
        Statement statement = other.createStatement()) {
      Engine.sql(url, BURY);
      other.setAutoCommit(false);
      statement.execute("DELETE FROM message_dead WHERE id = 1");
      var retried = CompletableFuture.supplyAsync(() -> queue.retryDead(1));
      await().pollDelay(A_WHILE).atMost(PATIENCE).until(() -> true);
      other.commit();
      assertThat(retried.join()).isFalse();
      assertThat(Engine.number(url, "SELECT count(*) FROM MessageQueue")).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Engine.class,
      names = {"H2", "POSTGRESQL"})
  @DisplayName("D.14 a dead message is put back behind what is being inserted with its order key")
  void keepsItsOrder(Engine engine) throws Exception {
    String url = engine.url(folder);
    try (MessageQueue queue = MessageQueue.open(url);
        Connection other = DriverManager.getConnection(url)) {
      Engine.sql(url, BURY);
      other.setAutoCommit(false);
      queue.enqueue(other, "t", "first", EnqueueOptions.NONE.orderKey("k"));
      var retried = CompletableFuture.supplyAsync(() -> queue.retryDead(1));
      await().pollDelay(A_WHILE).atMost(PATIENCE).until(() -> true);
      assertThat(retried).isNotDone();
      other.commit();
      assertThat(retried.join()).isTrue();
    }
  }

  @Test
  @DisplayName("D.15 who puts a dead message back tells the consumers of other processes")
  void tellsOthers() throws Exception {
    String url = Engine.SQLITE.url(folder);
    var handled = new AtomicInteger();
    try (MessageQueue consumer = MessageQueue.builder(url).poll(Duration.ofDays(1)).open()) {
      consumer.consume("t", _ -> handled.incrementAndGet());
      await().atMost(PATIENCE).until(() -> consumer.snapshot().kicks() == KickState.HEARD);
      Engine.sql(url, BURY, BURY);
      try (MessageQueue other =
          MessageQueue.builder(url).kicksOn(Loopback.ADDRESSES.getFirst()).open()) {
        assertThat(other.retryDead(1)).isTrue();
        await().atMost(PATIENCE).until(() -> handled.get() == 1);
        assertThat(other.retryAllDead("t")).isEqualTo(1);
        await().atMost(PATIENCE).until(() -> handled.get() == 2);
      }
    }
  }
}
