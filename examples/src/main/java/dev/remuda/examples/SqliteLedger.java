package dev.remuda.examples;

import dev.remuda.worker.WorkerHooks;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** {@link Ledger} in the SQLite file that {@code -Dledger.db=FILE} names. */
public final class SqliteLedger implements Ledger, WorkerHooks {
  private static final long NEW_ACCOUNT = 1_000;

  private @Nullable Connection database;

  @Override
  public void setup() throws SQLException {
    Connection opened =
        DriverManager.getConnection("jdbc:sqlite:" + System.getProperty("ledger.db", ":memory:"));
    try (var statement = opened.createStatement()) {
      statement.execute("PRAGMA busy_timeout=5000");
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute(
          "CREATE TABLE IF NOT EXISTS account (name TEXT PRIMARY KEY, amount INTEGER NOT NULL)");
    }
    database = opened;
  }

  /** A borrower that went away in the middle of its transaction has not made one. */
  @Override
  public void checkoutDone() throws SQLException {
    if (!database().getAutoCommit()) {
      database().rollback();
      database().setAutoCommit(true);
    }
  }

  @Override
  public void teardown() throws SQLException {
    database().close();
  }

  @Override
  public void begin() {
    run(() -> database().setAutoCommit(false));
  }

  @Override
  public void transfer(String from, String to, long amount) {
    if (balance(from) < amount) {
      throw new IllegalArgumentException(from + " has only " + balance(from));
    }
    run(() -> add(from, -amount));
    run(() -> add(to, amount));
  }

  @Override
  public void commit() {
    run(() -> {
      database().commit();
      database().setAutoCommit(true);
    });
  }

  @Override
  public long balance(String account) {
    try (PreparedStatement select =
        database().prepareStatement("SELECT amount FROM account WHERE name = ?")) {
      select.setString(1, account);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? row.getLong(1) : NEW_ACCOUNT;
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private void add(String account, long amount) throws SQLException {
    long sum = balance(account) + amount;
    try (PreparedStatement upsert =
        database()
            .prepareStatement(
                "INSERT INTO account VALUES (?, ?)"
                    + " ON CONFLICT (name) DO UPDATE SET amount = excluded.amount")) {
      upsert.setString(1, account);
      upsert.setLong(2, sum);
      upsert.executeUpdate();
    }
  }

  private Connection database() {
    if (database == null) {
      throw new IllegalStateException("setup() has not run");
    }
    return database;
  }

  private static void run(Step step) {
    try {
      step.run();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Something done to the database. */
  private interface Step {
    void run() throws SQLException;
  }
}
