package dev.remuda.queue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Properties;
import javax.sql.DataSource;

/** Finds the database behind a URL or a data source. */
final class Connections {
  private static final String SQLITE = "jdbc:sqlite:";
  private static final int SHOWN = 60;

  private Connections() {}

  static Database byUrl(String url, Properties credentials) throws SQLException {
    Dialect dialect = Objects.requireNonNull(Dialect.ofUrl(url));
    var properties = new Properties();
    properties.putAll(credentials);
    if (dialect instanceof SqliteDialect) {
      makePrivate(url);
      properties.setProperty("transaction_mode", "IMMEDIATE");
    }
    if (dialect instanceof PostgresDialect) {
      properties.setProperty("tcpKeepAlive", "true");
    }
    Database database = new Database(() -> DriverManager.getConnection(url, properties), dialect);
    refuseReadOnly(url, database);
    return database;
  }

  static Database bySource(DataSource source) throws SQLException {
    try (Connection connection = source.getConnection()) {
      String product = connection.getMetaData().getDatabaseProductName();
      Dialect dialect = Dialect.ofProduct(product);
      if (dialect == null) {
        throw new IllegalArgumentException(
            "database " + product + " is not known: SQLite, H2 and PostgreSQL are");
      }
      return new Database(source::getConnection, dialect);
    }
  }

  static String unknown(String url) {
    String plain = url.length() > SHOWN ? url.substring(0, SHOWN) + "…" : url;
    return "url begins with sqlite:, jdbc:sqlite:, jdbc:h2: or jdbc:postgresql:, not \""
        + plain.replaceAll("//[^/@]*@", "//…@").replaceAll("(?i)(password=)[^&;]*", "$1…")
        + "\"";
  }

  /** Only its owner may read what is queued; a file that is there keeps its permissions. */
  private static void makePrivate(String url) throws SQLException {
    String file = url.substring(SQLITE.length()).split("\\?", 2)[0];
    if (file.isEmpty() || file.startsWith(":") || file.startsWith("file:")) {
      return;
    }
    try {
      Files.createFile(
          Path.of(file),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (FileAlreadyExistsException e) {
      // It was made private then, or by somebody who knew what they wanted.
    } catch (IOException | InvalidPathException e) {
      throw new SQLException("database file " + file + " cannot be made: " + e, "08001", e);
    } catch (UnsupportedOperationException e) {
      // Not a POSIX file system: SQLite makes it.
    }
  }

  private static void refuseReadOnly(String url, Database database) throws SQLException {
    try (Connection connection = database.connect()) {
      if (connection.isReadOnly()) {
        throw new SQLException("database " + url.split("[?;]", 2)[0] + " is read-only", "25006");
      }
    }
  }
}
