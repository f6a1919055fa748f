package dev.remuda.queue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** The databases that the conformance suite runs on. */
enum Engine {
  SQLITE {
    @Override
    String url(Path folder) {
      return "jdbc:sqlite:" + folder.resolve("queue" + NUMBERS.incrementAndGet() + ".db");
    }
  },
  H2 {
    @Override
    String url(Path folder) {
      return "jdbc:h2:file:"
          + folder.resolve("queue" + NUMBERS.incrementAndGet())
          + ";AUTO_SERVER=TRUE";
    }
  },
  POSTGRESQL {
    @Override
    String url(Path folder) {
      return Postgres.freshSchema();
    }
  };

  private static final AtomicInteger NUMBERS = new AtomicInteger();

  abstract String url(Path folder);

  /** Runs plain SQL as another program would. */
  static void sql(String url, String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      if (url.startsWith("jdbc:sqlite:")) {
        statement.execute("PRAGMA busy_timeout = 10000");
      }
      for (String one : statements) {
        statement.execute(one);
      }
    }
  }

  /** The first column of the first row. */
  static long number(String url, String query) {
    return Long.parseLong(text(url, query));
  }

  static String text(String url, String query) {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      if (url.startsWith("jdbc:sqlite:")) {
        statement.execute("PRAGMA busy_timeout = 10000");
      }
      try (ResultSet result = statement.executeQuery(query)) {
        return result.next() ? result.getString(1) : "none";
      }
    } catch (SQLException e) {
      throw new IllegalStateException(query, e);
    }
  }
}
