package dev.remuda.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL fails in ways that a file does not. */
class PostgresFaultTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  @TempDir Path folder;

  private static MessageQueue open(String url) {
    return MessageQueue.builder(url).poll(Duration.ofSeconds(2)).open();
  }

  private static void enqueue(MessageQueue queue, String data) {
    await()
        .atMost(PATIENCE)
        .until(() -> {
          try {
            // A commit that was not heard of must not become a second message.
            queue.enqueue("f", data, EnqueueOptions.NONE.uniqueKey(data));
            return true;
          } catch (QueueStoreException e) {
            return false;
          }
        });
  }

  @Test
  @DisplayName("D.13 D.15 backends terminated again and again: nothing lost, nothing done twice")
  void terminatedBackends() throws Exception {
    String url = Postgres.freshDatabase();
    Map<String, AtomicInteger> seen = new ConcurrentHashMap<>();
    try (MessageQueue queue = open(url)) {
      queue.consume(
          "f",
          ConsumeOptions.DEFAULT.parallel(2),
          m -> seen.computeIfAbsent(m.data(), _ -> new AtomicInteger()).incrementAndGet());
      for (int i = 0; i < 60; i++) {
        enqueue(queue, "m" + i);
        if (i % 20 == 10) {
          terminateAll(url);
        }
      }
      await().atMost(PATIENCE).until(() -> seen.size() == 60);
      await()
          .atMost(PATIENCE)
          .until(() -> Engine.number(url, "SELECT count(*) FROM MessageQueue") == 0);
      // The consumer lives and knows what it has handled: that is not repeated.
      assertThat(seen.values()).allMatch(count -> count.get() == 1);
    }
  }

  private static void terminateAll(String url) throws SQLException {
    try (Connection admin = DriverManager.getConnection(url);
        Statement statement = admin.createStatement()) {
      statement.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
              + " current_database() AND pid <> pg_backend_pid()");
    }
  }

  @Test
  @DisplayName(
      "D.13 D.15 the server killed with -9 and started again: nothing lost, the queue goes on")
  void serverRestarted() throws Exception {
    var seen = new AtomicInteger();
    EmbeddedPostgres first = server(0).start();
    int port = first.getPort();
    MessageQueue queue = open(first.getJdbcUrl("postgres", "postgres"));
    try {
      queue.consume("f", _ -> seen.incrementAndGet());
      enqueue(queue, "before");
      await().atMost(PATIENCE).until(() -> seen.get() == 1);
      killServer();
      first.close();
      try (EmbeddedPostgres _ = server(port).start()) {
        enqueue(queue, "after");
        await().atMost(PATIENCE).until(() -> seen.get() == 2);
        await()
            .atMost(PATIENCE)
            .ignoreExceptions()
            .until(() -> queue.snapshot().kicks() == KickState.HEARD);
        queue.close();
      }
    } finally {
      queue.close();
    }
  }

  /** With all its children: a server that is started while one of them lives is refused. */
  private void killServer() throws Exception {
    long pid = Long.parseLong(Files.readAllLines(folder.resolve("pg/postmaster.pid")).getFirst());
    ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
    List<ProcessHandle> children = server.children().toList();
    server.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    children.forEach(child -> child.onExit().join());
    server.onExit().join();
  }

  private EmbeddedPostgres.Builder server(int port) {
    return EmbeddedPostgres.builder()
        .setServerConfig("synchronous_commit", "on") // as it is everywhere but in this library
        .setDataDirectory(folder.resolve("pg"))
        .setCleanDataDirectory(false)
        .setPort(port);
  }

  @Test
  @DisplayName("D.13 connections exhausted: the queue waits for one and loses nothing")
  void connectionsExhausted() throws Exception {
    String url = Postgres.freshDatabase();
    var seen = new AtomicInteger();
    List<Connection> hogs = new ArrayList<>();
    try (MessageQueue queue = open(url)) {
      queue.consume("f", _ -> seen.incrementAndGet());
      try (Connection admin = DriverManager.getConnection(url)) {
        hog(url, hogs);
        try (Statement statement = admin.createStatement()) {
          statement.execute(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
                  + " current_database() AND application_name <> 'hog' AND pid <>"
                  + " pg_backend_pid()");
        }
        hog(url, hogs);
      }
      for (Connection hog : hogs) {
        hog.close();
      }
      enqueue(queue, "x");
      await().atMost(PATIENCE).until(() -> seen.get() == 1);
    } finally {
      for (Connection hog : hogs) {
        hog.close();
      }
    }
  }

  private static void hog(String url, List<Connection> hogs) {
    try {
      while (hogs.size() < 200) {
        hogs.add(DriverManager.getConnection(url + "&ApplicationName=hog"));
      }
    } catch (SQLException e) {
      assertThat(e.getSQLState()).isEqualTo("53300");
    }
  }

  @Test
  @DisplayName("D.13 the database's clock jumps ahead: no consumer that lives is taken for dead")
  void clockJump() throws Exception {
    String plain = Postgres.freshDatabase();
    Engine.sql(
        plain,
        "CREATE SCHEMA fake",
        "CREATE TABLE fake.jump (hours INTEGER)",
        "INSERT INTO fake.jump VALUES (0)",
        "CREATE FUNCTION fake.statement_timestamp() RETURNS timestamptz STABLE LANGUAGE sql AS"
            + " 'SELECT pg_catalog.statement_timestamp() + (SELECT hours FROM fake.jump) *"
            + " interval ''1 hour'''");
    String url = plain + "&options=-c%20search_path=fake,pg_catalog,public";
    var handled = new AtomicInteger();
    var release = new AtomicBoolean();
    try (MessageQueue holder = jumpy(url);
        MessageQueue other = jumpy(url)) {
      holder.enqueue("f", "x");
      MessageHandler handler =
          message -> {
            handled.incrementAndGet();
            await().atMost(PATIENCE).until(release::get);
            assertThat(message.claim().isLost()).isFalse();
          };
      holder.consume("f", handler);
      await().atMost(PATIENCE).until(() -> handled.get() == 1);
      other.consume("f", handler);
      Engine.sql(plain, "UPDATE fake.jump SET hours = 1");
      String latest = "SELECT min(heartbeat) FROM fake.message_consumer";
      long before = Engine.number(plain, latest);
      await().atMost(PATIENCE).until(() -> Engine.number(plain, latest) > before + 3_000_000);
      Engine.sql(plain, "UPDATE fake.jump SET hours = 0");
      await().atMost(PATIENCE).until(() -> Engine.number(plain, latest) < before + 3_000_000);
      assertThat(handled).hasValue(1);
      release.set(true);
      await()
          .atMost(PATIENCE)
          .until(() -> Engine.number(plain, "SELECT count(*) FROM fake.MessageQueue") == 0);
      assertThat(handled).hasValue(1);
      other.enqueue("f", "y");
      await().atMost(PATIENCE).until(() -> handled.get() == 2);
    }
  }

  private static MessageQueue jumpy(String url) {
    return MessageQueue.builder(url)
        .poll(Duration.ofMillis(200))
        .heartbeat(Duration.ofSeconds(2))
        .staleAfter(Duration.ofSeconds(20))
        .open();
  }

  @Test
  @DisplayName(
      "D.12 with a transaction held open looks begin behind what is done, nothing is missed")
  void heldOpenTransaction() throws Exception {
    String url = Postgres.freshDatabase();
    var seen = ConcurrentHashMap.<String>newKeySet();
    try (MessageQueue queue = open(url);
        Connection held = DriverManager.getConnection(url);
        Connection late = DriverManager.getConnection(url)) {
      held.setAutoCommit(false);
      held.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      held.createStatement().executeQuery("SELECT 1 FROM MessageQueue").close();
      late.setAutoCommit(false);
      PendingKick kick = queue.enqueue(late, "f", "late", EnqueueOptions.NONE);
      queue.consume("f", message -> seen.add(message.data()));
      for (int i = 0; i < 20; i++) {
        List<String> data = new ArrayList<>();
        for (int j = 0; j < 100; j++) {
          data.add(i + "-" + j);
        }
        queue.enqueueAll("f", data, EnqueueOptions.NONE);
      }
      await().atMost(PATIENCE).until(() -> seen.size() == 2000);
      late.commit();
      kick.fire();
      await().atMost(PATIENCE).until(() -> seen.contains("late"));
      held.rollback();
    }
  }

  @Test
  @DisplayName("D.12 rows that another transaction has locked are passed over, and had afterwards")
  void lockedRows() throws Exception {
    String url = Postgres.freshDatabase();
    var seen = ConcurrentHashMap.<String>newKeySet();
    try (MessageQueue queue = open(url);
        Connection held = DriverManager.getConnection(url)) {
      for (int i = 0; i < 50; i++) {
        queue.enqueue("f", "m" + i);
      }
      held.setAutoCommit(false);
      try (Statement statement = held.createStatement()) {
        statement.executeQuery("SELECT id FROM MessageQueue ORDER BY id LIMIT 10 FOR UPDATE");
      }
      queue.consume("f", message -> seen.add(message.data()));
      await().atMost(PATIENCE).until(() -> seen.size() == 40);
      assertThat(seen).doesNotContain("m0", "m9");
      held.rollback();
      await().atMost(PATIENCE).until(() -> seen.size() == 50);
    }
  }
}
