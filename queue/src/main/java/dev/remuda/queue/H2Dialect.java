package dev.remuda.queue;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** H2: in the process or a server. Its default loses acknowledged rows when it is killed. */
record H2Dialect() implements Dialect {
  private static final String DUPLICATE_KEY = "23505";
  private static final int ORDER_SLOTS = 64;

  @Override
  public String name() {
    return "h2";
  }

  @Override
  public boolean singleWriter() {
    return false;
  }

  @Override
  public void adopt(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET WRITE_DELAY 0");
      statement.execute("SET LOCK_TIMEOUT 10000");
    }
  }

  /** The delay is the database's, not the connection's. */
  @Override
  public void adoptToRead(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCK_TIMEOUT 10000");
    }
  }

  @Override
  public void disown(Connection connection) {}

  @Override
  public String now() {
    return millisOf("CURRENT_TIMESTAMP");
  }

  @Override
  public String date() {
    return "CURRENT_TIMESTAMP";
  }

  @Override
  public String millisOf(String dateColumn) {
    return "DATEDIFF(MILLISECOND, TIMESTAMP WITH TIME ZONE '1970-01-01 00:00:00+00', CAST("
        + dateColumn
        + " AS TIMESTAMP(3) WITH TIME ZONE))";
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
    statement.setObject(index, ids.toArray(Long[]::new));
  }

  @Override
  public boolean tableExists(Session session, String table) throws SQLException {
    return session.number(
            "SELECT 1 FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = SCHEMA() AND TABLE_NAME ="
                + " ?",
            table.toUpperCase(Locale.ROOT))
        != null;
  }

  @Override
  public String misfit(Session session, String table) throws SQLException {
    return TableShape.misfitByTypes(session, table);
  }

  /** Statements that change the schema end the transaction: the lock is held by another one. */
  @Override
  public void locked(Database database, Session session, TableNames names, SchemaWork work)
      throws SQLException {
    String lock = names.prefix() + "_schema_lock";
    session.execute("CREATE TABLE IF NOT EXISTS " + lock + " (slot INTEGER PRIMARY KEY)");
    session.execute("MERGE INTO " + lock + " VALUES (0)");
    session.connection().commit();
    Session holder = new Session(database.connect());
    try {
      begin(holder.connection());
      holder.number("SELECT slot FROM " + lock + " WHERE slot = 0 FOR UPDATE");
      work.run();
      session.connection().commit();
    } finally {
      database.release(holder);
    }
  }

  @Override
  public @Nullable Long insert(Session session, TableNames names, NewMessage message)
      throws SQLException {
    try {
      return session.number(
          "SELECT id FROM FINAL TABLE (INSERT INTO "
              + names.table()
              + " (date_inserted, type, data, run_at, unique_key, order_key) VALUES ("
              + date()
              + ", ?, ?, CASE WHEN CAST(? AS BIGINT) > 0 THEN "
              + now()
              + " + CAST(? AS BIGINT) ELSE CAST(? AS BIGINT) END, ?, ?))",
          message.type(),
          message.data(),
          message.delay(),
          message.delay(),
          message.runAt(),
          message.uniqueKey(),
          message.orderKey());
    } catch (SQLException e) {
      // A statement that fails leaves the rest of its transaction as it was.
      if (DUPLICATE_KEY.equals(e.getSQLState()) && message.uniqueKey() != null) {
        return null;
      }
      throw e;
    }
  }

  /** The same reason as with PostgreSQL; a row stands for many keys. */
  @Override
  public void lockOrder(Session session, TableNames names, NewMessage message) throws SQLException {
    int slot = Math.floorMod((message.type() + " " + message.orderKey()).hashCode(), ORDER_SLOTS);
    session.number(
        "SELECT slot FROM " + names.prefix() + "_order_lock WHERE slot = ? FOR UPDATE", slot);
  }

  @Override
  public List<ClaimedRow> claim(Session session, TableNames names, long owner, ClaimRequest request)
      throws SQLException {
    List<ClaimedRow> rows =
        session.list(
            row -> Dialect.claimed(row, 1),
            // The order names the index's columns, without which the whole backlog is sorted.
            "SELECT "
                + claimedColumns("m.", "m.run_at")
                + " FROM "
                + names.table()
                + " m WHERE "
                + claimable(names, "m.run_at >= ?")
                + " ORDER BY m.type, m.owner, m.run_at, m.id FETCH FIRST ? ROWS ONLY FOR UPDATE"
                + " SKIP LOCKED",
            request.maxData(),
            request.type(),
            request.leastRunAt(),
            request.limit());
    PreparedStatement own =
        session.with(
            "UPDATE "
                + names.table()
                + " SET owner = ?, attempt = attempt + 1 WHERE "
                + isOneOf("id"),
            owner);
    bindIds(own, 2, rows.stream().map(ClaimedRow::id).toList());
    if (!rows.isEmpty()) {
      own.executeUpdate();
    }
    return rows;
  }

  @Override
  public boolean isSyntaxError(SQLException failure) {
    return "42000".equals(failure.getSQLState()) || "42001".equals(failure.getSQLState());
  }

  @Override
  public String oldestFirst() {
    return "type, owner, run_at, id";
  }

  @Override
  public String addCounts(TableNames names) {
    return "MERGE INTO "
        + names.prefix()
        + "_count c USING (VALUES (CAST(? AS VARCHAR), CAST(? AS BIGINT), CAST(? AS BIGINT),"
        + " CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT))) n (type, at_minute, consumer,"
        + " done, failed, dead) ON c.type = n.type AND c.at_minute = n.at_minute AND c.consumer ="
        + " n.consumer WHEN MATCHED THEN UPDATE SET done = c.done + n.done, failed = c.failed +"
        + " n.failed, dead = c.dead + n.dead WHEN NOT MATCHED THEN INSERT (type, at_minute,"
        + " consumer, done, failed, dead) VALUES (n.type, n.at_minute, n.consumer, n.done,"
        + " n.failed, n.dead)";
  }

  @Override
  public void prepareDone(Session session, TableNames names, long day) {}

  @Override
  public void dropDone(Session session, TableNames names, long today) throws SQLException {
    session.update("DELETE FROM " + names.prefix() + "_done WHERE last_day < ?", today);
  }
}
