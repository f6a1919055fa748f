package dev.remuda.queue;

import java.io.File;
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
import java.util.Optional;
import java.util.Properties;
import javax.sql.DataSource;

/** Finds the database behind a URL or a data source. */
final class Connections {
  private static final String SQLITE = "jdbc:sqlite:";
  private static final String SQLITE_OPEN_READONLY = "1";
  private static final int SQLITE_READONLY = 8;
  private static final int SQLITE_CANTOPEN = 14;
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
    Database database =
        new Database(() -> DriverManager.getConnection(url, properties), dialect, false);
    refuseReadOnly(url, database);
    return database;
  }

  /** The database as it is: nothing is made, and a file stays as it is. */
  static Database byUrlToRead(String url, Properties credentials) throws SQLException {
    Dialect dialect = Objects.requireNonNull(Dialect.ofUrl(url));
    var properties = new Properties();
    properties.putAll(credentials);
    return switch (dialect) {
      case SqliteDialect _ -> sqliteToRead(url, properties);
      case H2Dialect _ ->
          new Database(
              () -> DriverManager.getConnection(url + ";IFEXISTS=TRUE", properties), dialect, true);
      case PostgresDialect _ ->
          new Database(() -> DriverManager.getConnection(url, properties), dialect, true);
    };
  }

  private static Database sqliteToRead(String url, Properties properties) throws SQLException {
    properties.setProperty("open_mode", SQLITE_OPEN_READONLY);
    Optional<String> named = sqliteFile(url);
    if (named.isEmpty()) {
      return sqliteAt(url, properties);
    }
    File file = new File(named.get());
    if (!file.isFile()) {
      throw new SQLException("there is no file " + file, "08001");
    }
    Database database = sqliteAt(url, properties);
    try (Connection _ = database.connect()) {
      return database;
    } catch (SQLException e) {
      boolean readers = e.getErrorCode() == SQLITE_CANTOPEN || e.getErrorCode() == SQLITE_READONLY;
      if (!readers || new File(file + "-wal").exists()) {
        throw new SQLException("file " + file + ": " + e.getMessage(), e.getSQLState(), e);
      }
    }
    // A write-ahead log wants its readers noted beside it, where nothing can be written: then
    // nobody writes the database either.
    return sqliteAt(SQLITE + file.toURI().toASCIIString() + "?immutable=1", properties);
  }

  private static Database sqliteAt(String url, Properties properties) {
    return new Database(
        () -> DriverManager.getConnection(url, properties), new SqliteDialect(), true);
  }

  static Database bySource(DataSource source, boolean readOnly) throws SQLException {
    try (Connection connection = source.getConnection()) {
      String product = connection.getMetaData().getDatabaseProductName();
      Dialect dialect = Dialect.ofProduct(product);
      if (dialect == null) {
        throw new IllegalArgumentException(
            "database " + product + " is not known: SQLite, H2 and PostgreSQL are");
      }
      return new Database(source::getConnection, dialect, readOnly);
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
    String file = sqliteFile(url).orElse("");
    if (file.isEmpty()) {
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

  /** Empty where the URL names none, or by a URI. */
  private static Optional<String> sqliteFile(String url) {
    String file = url.substring(SQLITE.length()).split("\\?", 2)[0];
    boolean plain = !file.isEmpty() && !file.startsWith(":") && !file.startsWith("file:");
    return plain ? Optional.of(file) : Optional.empty();
  }

  private static void refuseReadOnly(String url, Database database) throws SQLException {
    try (Connection connection = database.connect()) {
      if (connection.isReadOnly()) {
        throw new SQLException("database " + url.split("[?;]", 2)[0] + " is read-only", "25006");
      }
    }
  }
}
