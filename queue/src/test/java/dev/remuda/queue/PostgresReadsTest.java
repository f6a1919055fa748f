package dev.remuda.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What PostgreSQL reads for a message, by its own count: no clock can show it on a busy machine.
 */
class PostgresReadsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final int MESSAGES = 5_000;

  private static final String READ =
      "SELECT sum(idx_tup_read) + (SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname ="
          + " 'messagequeue') FROM pg_stat_user_indexes WHERE relname = 'messagequeue'";
  private static final String DELETED =
      "SELECT n_tup_del FROM pg_stat_user_tables WHERE relname = 'messagequeue'";

  @Test
  @DisplayName("D.12 statistics that say the table is empty do not make a claim read all of it")
  void wrongStatistics() throws Exception {
    String url = Postgres.freshDatabase();
    MessageQueue.builder(url).open().close();
    execute(url, "ALTER TABLE MessageQueue SET (autovacuum_enabled = false)");
    execute(
        url,
        "INSERT INTO MessageQueue (type, data) SELECT 'x', '{}' FROM generate_series(1, 1000)");
    execute(url, "DELETE FROM MessageQueue");
    // Pages without a row: from now on PostgreSQL takes any number of pages for empty.
    execute(url, "VACUUM (ANALYZE, TRUNCATE FALSE) MessageQueue");
    // It is found when claimed, locked, updated and deleted: 20,000.
    assertThat(reads(url)).isLessThan(10 * MESSAGES);
  }

  @Test
  @DisplayName(
      "D.12 a transaction that is held open does not make a message dearer with each other")
  void heldOpen() throws Exception {
    String url = Postgres.freshDatabase();
    MessageQueue.builder(url).open().close();
    execute(url, "VACUUM ANALYZE MessageQueue");
    try (Connection held = DriverManager.getConnection(url)) {
      held.setAutoCommit(false);
      held.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      held.createStatement().executeQuery("SELECT 1 FROM MessageQueue").close();
      for (int i = 0; i < 4; i++) {
        // Some looks from the start, whatever the number of claims is: 80,000 the last time.
        assertThat(reads(url)).isLessThan(22 * MESSAGES);
      }
      held.rollback();
    }
  }

  /** What is read to consume so many messages. Connections tell what they read when they close. */
  private static long reads(String url) throws InterruptedException {
    long deleted = Engine.number(url, DELETED);
    long read = Engine.number(url, READ);
    try (MessageQueue queue = MessageQueue.builder(url).open()) {
      var done = new CountDownLatch(MESSAGES);
      queue.enqueueAll("r", Collections.nCopies(MESSAGES, "{}"), EnqueueOptions.NONE);
      queue.consume("r", ConsumeOptions.DEFAULT.batch(100), _ -> done.countDown());
      assertThat(done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
    await().atMost(PATIENCE).until(() -> Engine.number(url, DELETED) == deleted + MESSAGES);
    return Engine.number(url, READ) - read;
  }

  private static void execute(String url, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
