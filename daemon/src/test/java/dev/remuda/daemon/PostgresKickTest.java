package dev.remuda.daemon;

import static dev.remuda.daemon.DaemonSupport.PATIENCE;
import static dev.remuda.daemon.DaemonSupport.awaitCount;
import static dev.remuda.daemon.DaemonSupport.runner;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Kicks by a real PostgreSQL. */
class PostgresKickTest {
  private static final String CHANNEL = "mail \"in\"";

  private static EmbeddedPostgres postgres;

  private final AtomicInteger runs = new AtomicInteger();

  @BeforeAll
  static void startPostgres() throws Exception {
    postgres = EmbeddedPostgres.start();
  }

  @AfterAll
  static void stopPostgres() throws Exception {
    postgres.close();
  }

  @Test
  @DisplayName("D.2 NOTIFY kicks; a connection that the server ends is made again, and kicks")
  void notifyKicksAndLostConnectionsComeBack() throws Exception {
    String url = postgres.getJdbcUrl("postgres", "postgres") + "&ApplicationName=kicked";
    try (Daemon daemon =
        Daemon.named("t").add("a", runs::incrementAndGet, Kick.postgres(url, CHANNEL)).start()) {
      awaitCount(runs, 1); // for what was missed before
      sql("NOTIFY \"mail \"\"in\"\"\"");
      awaitCount(runs, 2);
      assertThat(trigger(daemon).state()).isEqualTo("listening");

      sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name='kicked'");
      awaitCount(runs, 3);
      sql("NOTIFY \"mail \"\"in\"\"\"");
      awaitCount(runs, 4);
      assertThat(trigger(daemon).degraded()).isFalse();
      assertThat(trigger(daemon).toString() + daemon.stats().settings())
          .doesNotContain("ApplicationName");
    }
    await()
        .atMost(PATIENCE)
        .until(() -> count("FROM pg_stat_activity WHERE application_name = 'kicked'") == 0);
  }

  @Test
  @DisplayName(
      "D.2 a database that is not there is said on the page, and polling goes on without it")
  void aMissingDatabaseIsSaid() {
    String url = "jdbc:postgresql://localhost:1/nowhere?user=u&password=secret";
    try (Daemon daemon =
        Daemon.named("t")
            .add(
                "a",
                runs::incrementAndGet,
                Kick.postgres(url, "x"),
                Poll.every(java.time.Duration.ofMillis(20)))
            .start()) {
      await().atMost(PATIENCE).until(() -> trigger(daemon).state().startsWith("connecting again"));
      assertThat(trigger(daemon).degraded()).isTrue();
      assertThat(trigger(daemon).state()).contains("refused").doesNotContain("secret");
      awaitCount(runs, 3);
    }
  }

  private static RunnerStats.TriggerState trigger(Daemon daemon) {
    return runner(daemon, "a").triggers().getFirst();
  }

  private static void sql(String statement) throws SQLException {
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        var made = connection.createStatement()) {
      made.execute(statement);
    }
  }

  private static int count(String from) throws SQLException {
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        var made = connection.createStatement();
        var rows = made.executeQuery("SELECT count(*) " + from)) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
