package dev.remuda.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of a daemon whose queue's database answers nobody. */
class HungDatabaseTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /** SQLite waits ten seconds for a lock, for each of several questions. */
  private static final Duration SOON = Duration.ofSeconds(8);

  @TempDir private Path folder;

  @Test
  @DisplayName("D.30 a database that hangs is told of, and hangs neither the page nor its health")
  void hung() throws Exception {
    try (var shown = new ShownDaemon(folder, UnaryOperator.identity())) {
      shown.refuses.set(true);
      shown.queue.enqueue("mail", "x");
      await().atMost(PATIENCE).until(() -> shown.get("/healthz").body().contains("dead message"));
      try (Connection other =
              DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("queue.db"));
          Statement statement = other.createStatement()) {
        statement.execute("PRAGMA busy_timeout = 30000");
        statement.execute("BEGIN IMMEDIATE");
        HttpResponse<String> red =
            await()
                .atMost(PATIENCE)
                .until(
                    () -> shown.send(shown.request("/healthz").timeout(SOON)),
                    health -> health.statusCode() == 503);
        assertThat(red.body()).contains("broken: messages: its database fails: no answer within");
        assertThat(shown.send(shown.request("/metrics").timeout(SOON)).body())
            .contains("remuda_queue_up{queue=\"messages\"} 0.0");
        statement.execute("ROLLBACK");
      }
      await().atMost(PATIENCE).until(() -> shown.get("/healthz").statusCode() == 200);
    }
  }
}
