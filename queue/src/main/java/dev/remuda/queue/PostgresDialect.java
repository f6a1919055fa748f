package dev.remuda.queue;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** PostgreSQL: many writers, which skip what others have locked. */
record PostgresDialect() implements Dialect {
  @Override
  public String name() {
    return "postgresql";
  }

  @Override
  public boolean singleWriter() {
    return false;
  }

  /**
   * Statistics of a queue's table are wrong most of the time: it was empty when they were taken, or
   * full. Without this a plan may read the whole backlog, and is then kept.
   */
  @Override
  public void adopt(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET enable_seqscan = off; SET enable_bitmapscan = off");
    }
  }

  @Override
  public void adoptToRead(Connection connection) throws SQLException {
    adopt(connection);
    connection.setReadOnly(true);
  }

  @Override
  public void disown(Connection connection) throws SQLException {
    if (connection.isReadOnly()) {
      connection.setReadOnly(false);
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("RESET enable_seqscan; RESET enable_bitmapscan");
    }
  }

  @Override
  public String now() {
    return "(extract(epoch FROM statement_timestamp()) * 1000)::bigint";
  }

  @Override
  public String date() {
    return "statement_timestamp()";
  }

  @Override
  public String millisOf(String dateColumn) {
    String date = dateColumn + "::timestamptz";
    // Dates of others may be infinite.
    return "CASE WHEN isfinite("
        + date
        + ") THEN (extract(epoch FROM "
        + date
        + ") * 1000)::bigint END";
  }

  @Override
  public String isText(String column) {
    return "TRUE";
  }

  @Override
  public String isOneOf(String column) {
    return column + " = ANY (?)";
  }

  @Override
  public void bindIds(PreparedStatement statement, int index, List<Long> ids) throws SQLException {
    Long[] boxed = ids.toArray(Long[]::new);
    statement.setArray(index, statement.getConnection().createArrayOf("bigint", boxed));
  }

  @Override
  public boolean tableExists(Session session, String table) throws SQLException {
    return session.number("SELECT 1 WHERE to_regclass(?) IS NOT NULL", table) != null;
  }

  @Override
  public String misfit(Session session, String table) throws SQLException {
    return TableShape.misfitByTypes(session, table);
  }

  @Override
  public void locked(Database database, Session session, TableNames names, SchemaWork work)
      throws SQLException {
    session.list(
        row -> true,
        "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))",
        "remuda schema " + names.table());
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
            + ", ?, ?, CASE WHEN ?::bigint > 0 THEN "
            + now()
            + " + ?::bigint ELSE ?::bigint END, ?, ?) ON CONFLICT (type, unique_key) WHERE"
            + " unique_key IS NOT NULL DO NOTHING RETURNING id",
        message.type(),
        message.data(),
        message.delay(),
        message.delay(),
        message.runAt(),
        message.uniqueKey(),
        message.orderKey());
  }

  /**
   * Numbers are given out before commits: without the lock a later message might be seen, and
   * handled, while an earlier one of its key is not committed yet.
   */
  @Override
  public void lockOrder(Session session, TableNames names, NewMessage message) throws SQLException {
    session.list(
        row -> true,
        "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))",
        "remuda order " + names.table() + " " + message.type() + " " + message.orderKey());
  }

  /**
   * The row comparison is the only lower bound: with {@code run_at >= ?} beside it PostgreSQL
   * begins there, and reads its way through the index's entries of all rows that are dead.
   */
  @Override
  public List<ClaimedRow> claim(Session session, TableNames names, long owner, ClaimRequest request)
      throws SQLException {
    return session.list(
        row -> Dialect.claimed(row, 0),
        "WITH picked AS MATERIALIZED (SELECT m.id FROM "
            + names.table()
            + " m WHERE "
            + claimable(names, "(m.run_at, m.id) >= (?, ?)")
            + " ORDER BY m.run_at, m.id LIMIT ? FOR UPDATE OF m SKIP"
            + " LOCKED) UPDATE "
            + names.table()
            + " AS q SET owner = ?, attempt = q.attempt + 1 WHERE q.id = ANY (ARRAY(SELECT id FROM"
            + " picked)) RETURNING "
            + claimedColumns("q.", "q.run_at"),
        request.type(),
        request.leastRunAt(),
        request.fromId(),
        request.limit(),
        owner,
        request.maxData());
  }

  @Override
  public boolean isSyntaxError(SQLException failure) {
    return "42601".equals(failure.getSQLState());
  }

  @Override
  public String oldestFirst() {
    return "run_at, id";
  }

  @Override
  public String addCounts(TableNames names) {
    return new SqliteDialect().addCounts(names);
  }

  @Override
  public void prepareDone(Session session, TableNames names, long day) throws SQLException {
    session.execute(
        "CREATE TABLE IF NOT EXISTS "
            + names.prefix()
            + "_done_"
            + day
            + " PARTITION OF "
            + names.prefix()
            + "_done FOR VALUES IN ("
            + day
            + ")");
  }

  @Override
  public void dropDone(Session session, TableNames names, long today) throws SQLException {
    String prefix = names.prefix() + "_done_";
    List<String> old =
        session.list(
            row -> row.getString(1),
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE"
                + " i.inhparent = to_regclass(?) AND substr(c.relname, ?)::bigint < ?",
            names.prefix() + "_done",
            prefix.length() + 1,
            today);
    for (String partition : old) {
      session.execute("DROP TABLE " + partition);
    }
  }
}
