package dev.remuda.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * What plain JDBC does with the same table: one thread claims in one transaction and deletes in the
 * next, and nothing else.
 */
final class QueueFloor implements AutoCloseable {
  private static final String CLAIMABLE = " WHERE type = ? AND owner IS NULL AND run_at = 0";

  private final String url;
  private final String table;
  private final boolean postgres;
  private final Connection connection;
  private final PreparedStatement fill;
  private final PreparedStatement claim;
  private final PreparedStatement delete;
  private final PreparedStatement any;

  QueueFloor(String url, String table) throws SQLException {
    this.url = url;
    this.table = table;
    postgres = url.startsWith("jdbc:postgresql:");
    var properties = new Properties();
    if (!postgres) {
      properties.setProperty("journal_mode", "WAL");
      properties.setProperty("synchronous", "FULL");
    }
    connection = DriverManager.getConnection(url, properties);
    if (postgres) {
      // As ours: a table that is empty one moment and full the next misleads the planner.
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET enable_seqscan = off; SET enable_bitmapscan = off");
      }
    }
    fill =
        connection.prepareStatement(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT"
                + " INTO "
                + table
                + " (type, data) SELECT ?, '{\"n\": 1}' FROM n");
    claim = connection.prepareStatement(postgres ? claimInPostgres() : claimInSqlite());
    delete =
        connection.prepareStatement(
            "DELETE FROM "
                + table
                + " WHERE id "
                + (postgres ? "= ANY(?)" : "IN (SELECT value FROM json_each(?))"));
    any = connection.prepareStatement("SELECT 1 FROM " + table + " LIMIT 1");
  }

  private String claimInSqlite() {
    return "UPDATE "
        + table
        + " SET owner = 1, attempt = attempt + 1 WHERE id IN (SELECT id FROM "
        + table
        + CLAIMABLE
        + " ORDER BY id LIMIT ?) RETURNING id, data";
  }

  private String claimInPostgres() {
    return "WITH next AS MATERIALIZED (SELECT id FROM "
        + table
        + CLAIMABLE
        + " ORDER BY id FOR UPDATE SKIP LOCKED LIMIT ?) UPDATE "
        + table
        + " m SET owner = 1, attempt = attempt + 1 FROM next WHERE m.id = next.id"
        + " RETURNING m.id, m.data";
  }

  /** Inserts so many in one transaction. */
  void fill(String type, int messages) throws SQLException {
    fill.setInt(1, messages);
    fill.setString(2, type);
    fill.executeUpdate();
  }

  /** Claims and deletes so many; how many there were. */
  int take(String type, int batch) throws SQLException {
    List<Long> ids = claim(type, batch);
    if (ids.isEmpty()) {
      return 0;
    }
    delete(ids);
    return ids.size();
  }

  /** The numbers claimed. */
  List<Long> claim(String type, int batch) throws SQLException {
    claim.setString(1, type);
    claim.setInt(2, batch);
    var ids = new ArrayList<Long>();
    try (ResultSet rows = claim.executeQuery()) {
      while (rows.next()) {
        ids.add(rows.getLong(1));
      }
    }
    return ids;
  }

  void delete(List<Long> ids) throws SQLException {
    if (postgres) {
      delete.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
    } else {
      delete.setString(
          1, ids.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]")));
    }
    delete.executeUpdate();
  }

  /** A transaction that sees the table as it is now, until it is closed. */
  Connection hold() throws SQLException {
    Connection held = DriverManager.getConnection(url);
    held.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    held.setAutoCommit(false);
    try (Statement statement = held.createStatement()) {
      statement
          .executeQuery("SELECT count(*) FROM (SELECT 1 FROM " + table + " LIMIT 1) t")
          .close();
    }
    return held;
  }

  /** Whether every message is gone. */
  boolean isEmpty() throws SQLException {
    try (ResultSet rows = any.executeQuery()) {
      return !rows.next();
    }
  }

  /** Clears away rows that are dead. */
  void vacuum() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("VACUUM " + table);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
