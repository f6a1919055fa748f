package dev.remuda.queue;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** SQLite: one writer at a time, write-ahead log, each commit on the disk. */
record SqliteDialect() implements Dialect {
  @Override
  public String name() {
    return "sqlite";
  }

  @Override
  public boolean singleWriter() {
    return true;
  }

  @Override
  public void adopt(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 10000");
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("PRAGMA synchronous = FULL");
    }
  }

  /** A file is opened when it is first read. */
  @Override
  public void adoptToRead(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA busy_timeout = 10000");
      statement.execute("SELECT count(*) FROM sqlite_master");
    }
  }

  /** The driver's own commit begins the next transaction at once, and with it takes the lock. */
  @Override
  public void commit(Connection connection) throws SQLException {
    connection.setAutoCommit(true);
  }

  @Override
  public void rollBack(Connection connection) throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  @Override
  public void disown(Connection connection) {}

  @Override
  public String now() {
    return "CAST(unixepoch('subsec') * 1000 AS INTEGER)";
  }

  @Override
  public String date() {
    return "strftime('%Y-%m-%d %H:%M:%f', 'now')";
  }

  @Override
  public String millisOf(String dateColumn) {
    return "CAST((julianday(" + dateColumn + ") - 2440587.5) * 86400000 AS INTEGER)";
  }

  @Override
  public String isText(String column) {
    return "typeof(" + column + ") <> 'blob'";
  }

  @Override
  public String isOneOf(String column) {
    return column + " IN (SELECT value FROM json_each(?))";
  }

  @Override
  public void bindIds(PreparedStatement statement, int index, List<Long> ids) throws SQLException {
    statement.setString(
        index,
        ids.stream().map(id -> Long.toString(id)).collect(Collectors.joining(",", "[", "]")));
  }

  @Override
  public boolean tableExists(Session session, String table) throws SQLException {
    return session.number(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE", table)
        != null;
  }

  @Override
  public String misfit(Session session, String table) throws SQLException {
    List<String> found =
        session.list(
            row -> row.getString(1),
            "SELECT lower(name) || CASE WHEN lower(name) = 'id' AND (upper(type) <> 'INTEGER' OR pk"
                + " <> 1) THEN ' not INTEGER PRIMARY KEY' ELSE '' END FROM pragma_table_info(?)",
            table);
    return TableShape.misfit(found);
  }

  @Override
  public void locked(Database database, Session session, TableNames names, SchemaWork work)
      throws SQLException {
    // A transaction that begins IMMEDIATE holds the only lock there is.
    work.run();
  }

  @Override
  public @Nullable Long insert(Session session, TableNames names, NewMessage message)
      throws SQLException {
    return session.number(
        "INSERT INTO "
            + names.table()
            + " (date_inserted, type, data, run_at, unique_key, order_key) VALUES ("
            + date()
            + ", ?, ?, CASE WHEN ? > 0 THEN "
            + now()
            + " + ? ELSE ? END, ?, ?) ON CONFLICT (type, unique_key) WHERE unique_key IS NOT NULL"
            + " DO NOTHING RETURNING id",
        message.type(),
        message.data(),
        message.delay(),
        message.delay(),
        message.runAt(),
        message.uniqueKey(),
        message.orderKey());
  }

  /** Nothing to do: there is one writer at a time. */
  @Override
  public void lockOrder(Session session, TableNames names, NewMessage message) {}

  @Override
  public List<ClaimedRow> claim(Session session, TableNames names, long owner, ClaimRequest request)
      throws SQLException {
    return session.list(
        (ResultSet row) -> Dialect.claimed(row, 0),
        "UPDATE "
            + names.table()
            + " SET owner = ?, attempt = attempt + 1 WHERE id IN (SELECT m.id FROM "
            + names.table()
            + " m WHERE "
            + claimable(names, "m.run_at >= ?")
            + " ORDER BY m.run_at, m.id LIMIT ?) RETURNING "
            + claimedColumns("", "run_at"),
        owner,
        request.type(),
        request.leastRunAt(),
        request.limit(),
        request.maxData());
  }

  @Override
  public boolean isSyntaxError(SQLException failure) {
    return String.valueOf(failure.getMessage()).contains("syntax error");
  }

  @Override
  public String oldestFirst() {
    return "run_at, id";
  }

  @Override
  public String addCounts(TableNames names) {
    return "INSERT INTO "
        + names.prefix()
        + "_count AS c (type, at_minute, consumer, done, failed, dead) VALUES (?, ?, ?, ?, ?, ?)"
        + " ON CONFLICT (type, at_minute, consumer) DO UPDATE SET done = c.done + excluded.done,"
        + " failed = c.failed + excluded.failed, dead = c.dead + excluded.dead";
  }

  @Override
  public void prepareDone(Session session, TableNames names, long day) {}

  @Override
  public void dropDone(Session session, TableNames names, long today) throws SQLException {
    session.update("DELETE FROM " + names.prefix() + "_done WHERE last_day < ?", today);
  }
}
