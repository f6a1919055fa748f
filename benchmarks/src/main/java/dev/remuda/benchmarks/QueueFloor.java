package dev.remuda.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;
import java.util.StringJoiner;

/**
 * What plain JDBC does with the same table: one thread claims in one transaction and deletes in the
 * next, and nothing else.
 */
final class QueueFloor implements AutoCloseable {
  private static final String CLAIM =
      "UPDATE MessageQueue SET owner = 1, attempt = attempt + 1 WHERE id IN (SELECT id FROM"
          + " MessageQueue WHERE type = ? AND owner IS NULL AND run_at = 0 ORDER BY id LIMIT ?)"
          + " RETURNING id, data";

  private final Connection connection;
  private final PreparedStatement insert;
  private final PreparedStatement claim;
  private final PreparedStatement delete;

  QueueFloor(String url) throws SQLException {
    var properties = new Properties();
    properties.setProperty("journal_mode", "WAL");
    properties.setProperty("synchronous", "FULL");
    connection = DriverManager.getConnection(url, properties);
    insert = connection.prepareStatement("INSERT INTO MessageQueue (type, data) VALUES (?, ?)");
    claim = connection.prepareStatement(CLAIM);
    delete =
        connection.prepareStatement(
            "DELETE FROM MessageQueue WHERE id IN (SELECT value FROM json_each(?))");
  }

  /** Inserts so many in one transaction. */
  void fill(String type, int messages) throws SQLException {
    connection.setAutoCommit(false);
    for (int i = 0; i < messages; i++) {
      insert(type);
    }
    connection.setAutoCommit(true);
  }

  void insert(String type) throws SQLException {
    insert.setString(1, type);
    insert.setString(2, "{\"n\": 1}");
    insert.executeUpdate();
  }

  /** Claims and deletes so many; how many there were. */
  int take(String type, int batch) throws SQLException {
    String ids = claim(type, batch);
    if (ids.equals("[]")) {
      return 0;
    }
    delete.setString(1, ids);
    return delete.executeUpdate();
  }

  /** The numbers claimed, as a JSON array. */
  String claim(String type, int batch) throws SQLException {
    claim.setString(1, type);
    claim.setInt(2, batch);
    var ids = new StringJoiner(",", "[", "]");
    try (ResultSet rows = claim.executeQuery()) {
      while (rows.next()) {
        ids.add(Long.toString(rows.getLong(1)));
      }
    }
    return ids.toString();
  }

  /** Deletes what was claimed and not deleted. */
  void deleteClaimed() throws SQLException {
    connection.createStatement().executeUpdate("DELETE FROM MessageQueue WHERE owner = 1");
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
