package dev.remuda.queue;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** One real PostgreSQL for all tests of a JVM, with a schema or a database for each that asks. */
final class Postgres {
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static EmbeddedPostgres server;

  private Postgres() {}

  static synchronized EmbeddedPostgres server() {
    if (server == null) {
      try {
        server = EmbeddedPostgres.builder().setServerConfig("max_connections", "60").start();
        Runtime.getRuntime().addShutdownHook(new Thread(Postgres::stop));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return server;
  }

  private static void stop() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The URL of a new, empty schema: made at once, where a database is a thousand files. */
  static String freshSchema() {
    String name = create("SCHEMA");
    return server().getJdbcUrl("postgres", "postgres") + "&currentSchema=" + name;
  }

  /** The URL of a new, empty database, for tests that trouble all who are connected to it. */
  static String freshDatabase() {
    return server().getJdbcUrl("postgres", create("DATABASE"));
  }

  private static String create(String what) {
    String name = "queue" + NUMBERS.incrementAndGet();
    try (Connection connection = admin();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE " + what + " " + name);
      return name;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  static Connection admin() throws SQLException {
    return DriverManager.getConnection(server().getJdbcUrl("postgres", "postgres"));
  }
}
