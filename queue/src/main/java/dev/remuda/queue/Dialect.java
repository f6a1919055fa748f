package dev.remuda.queue;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What databases say differently. Instances have no state. */
sealed interface Dialect permits SqliteDialect, H2Dialect, PostgresDialect {
  /** The dialect that a JDBC URL names; null for none. */
  static @Nullable Dialect ofUrl(String url) {
    if (url.startsWith("jdbc:sqlite:")) {
      return new SqliteDialect();
    }
    if (url.startsWith("jdbc:h2:")) {
      return new H2Dialect();
    }
    return url.startsWith("jdbc:postgresql:") ? new PostgresDialect() : null;
  }

  /** The dialect of a database that calls itself so; null for none. */
  static @Nullable Dialect ofProduct(String product) {
    return switch (product) {
      case "SQLite" -> new SqliteDialect();
      case "H2" -> new H2Dialect();
      case "PostgreSQL" -> new PostgresDialect();
      default -> null;
    };
  }

  /** As in the names of the schema's files. */
  String name();

  /** Whether all writers of a process better share one connection. */
  boolean singleWriter();

  /** Makes a new connection durable and fast; called outside of transactions. */
  void adopt(Connection connection) throws SQLException;

  /** Makes a new connection one that changes nothing; called outside of transactions. */
  void adoptToRead(Connection connection) throws SQLException;

  /** Begins a transaction. */
  default void begin(Connection connection) throws SQLException {
    if (connection.getAutoCommit()) {
      connection.setAutoCommit(false);
    }
  }

  default void commit(Connection connection) throws SQLException {
    connection.commit();
  }

  default void rollBack(Connection connection) throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.rollback();
    }
  }

  /** Takes back what {@link #adopt} changed that others would notice. */
  void disown(Connection connection) throws SQLException;

  /** Milliseconds since 1970, the same throughout a statement. */
  String now();

  /** The present, as a row's date is kept. */
  String date();

  /** A row's date in milliseconds since 1970. */
  String millisOf(String dateColumn);

  /** Whether a value is text. */
  String isText(String column);

  /** Whether a column is one of the numbers that {@link #bindIds} sets. */
  String isOneOf(String column);

  void bindIds(PreparedStatement statement, int index, List<Long> ids) throws SQLException;

  boolean tableExists(Session session, String table) throws SQLException;

  /** Refuses an existing table whose columns cannot be used; empty where it can. */
  String misfit(Session session, String table) throws SQLException;

  /**
   * Changes the schema while no other process does.
   *
   * @param database for those that need a connection of their own to hold the lock
   */
  void locked(Database database, Session session, TableNames names, SchemaWork work)
      throws SQLException;

  /** Inserts a message; null where one with the same unique key is there. */
  @Nullable Long insert(Session session, TableNames names, NewMessage message) throws SQLException;

  /** Has the inserts of one order key be committed one after the other. */
  void lockOrder(Session session, TableNames names, NewMessage message) throws SQLException;

  /** Whether a statement was refused as it could not be read. */
  boolean isSyntaxError(SQLException failure);

  /** The order in which rows of one type are claimed, so that the index gives it. */
  String oldestFirst();

  /** Claims messages; in any order. */
  List<ClaimedRow> claim(Session session, TableNames names, long owner, ClaimRequest request)
      throws SQLException;

  /** Adds to a row of counts, or makes it. */
  String addCounts(TableNames names);

  /** Makes room for the finished messages whose last day it is. */
  void prepareDone(Session session, TableNames names, long day) throws SQLException;

  /** Drops the finished messages whose last day is over. */
  void dropDone(Session session, TableNames names, long today) throws SQLException;

  /** Changes the schema. */
  @FunctionalInterface
  interface SchemaWork {
    void run() throws SQLException;
  }

  /** What each dialect's claim selects, in the order of {@link ClaimedRow}. */
  default String claimedColumns(String alias, String runAt) {
    String data = alias + "data";
    return String.join(
        ", ",
        alias + "id",
        "CASE WHEN " + isText(data) + " AND length(" + data + ") <= ? THEN " + data + " END",
        "length(" + data + ")",
        isText(data),
        alias + "attempt",
        millisOf(alias + "date_inserted"),
        alias + "order_key",
        alias + "last_error",
        alias + "backoff",
        runAt + " = 0");
  }

  /** Which rows may be claimed: parameters are the type and those of {@code from}. */
  default String claimable(TableNames names, String from) {
    return "m.type = ? AND m.owner IS NULL AND "
        + from
        + " AND m.run_at <= "
        + now()
        + " AND "
        + firstOfItsKey(names);
  }

  /** Whether a row waits for no other of its order key. */
  default String firstOfItsKey(TableNames names) {
    return "(m.order_key IS NULL OR NOT EXISTS (SELECT 1 FROM "
        + names.table()
        + " e WHERE e.type = m.type AND e.order_key = m.order_key AND e.id < m.id))";
  }

  /** Reads what {@link #claimedColumns} selected. */
  static ClaimedRow claimed(ResultSet row, int attempts) throws SQLException {
    return new ClaimedRow(
        row.getLong(1),
        row.getString(2),
        row.getLong(3),
        row.getBoolean(4),
        row.getInt(5) + attempts,
        row.getLong(6),
        row.getString(7),
        row.getString(8),
        row.getLong(9),
        row.getBoolean(10));
  }
}
