package dev.remuda.queue;

import java.sql.Connection;
import java.sql.SQLException;

/** Where connections come from, and what their database is. Safe for every thread. */
final class Database {
  private static final System.Logger LOG = System.getLogger(Database.class.getName());

  private final ConnectionSource source;
  private final Dialect dialect;
  private final boolean readOnly;

  Database(ConnectionSource source, Dialect dialect, boolean readOnly) {
    this.source = source;
    this.dialect = dialect;
    this.readOnly = readOnly;
  }

  /** Whether its connections refuse to change anything. */
  boolean readOnly() {
    return readOnly;
  }

  Dialect dialect() {
    return dialect;
  }

  /** A new connection, ready for transactions. */
  Connection connect() throws SQLException {
    Connection connection = source.connect();
    try {
      connection.setAutoCommit(true);
      if (readOnly) {
        dialect.adoptToRead(connection);
      } else {
        dialect.adopt(connection);
      }
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** Gives a connection back; one that came from a pool is left as it was. */
  void release(Session session) {
    Connection connection = session.connection();
    try (connection;
        session) {
      if (!connection.isClosed()) {
        dialect.rollBack(connection);
        connection.setAutoCommit(true);
        dialect.disown(connection);
      }
    } catch (SQLException e) {
      LOG.log(System.Logger.Level.DEBUG, "a connection could not be closed in order", e);
    }
  }

  /** Makes connections. */
  @FunctionalInterface
  interface ConnectionSource {
    Connection connect() throws SQLException;
  }
}
