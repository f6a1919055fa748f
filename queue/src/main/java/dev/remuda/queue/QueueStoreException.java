package dev.remuda.queue;

import java.sql.SQLException;

/** The database refused, failed or could not be reached. */
public final class QueueStoreException extends QueueException {
  private static final long serialVersionUID = 1L;

  private final String sqlState;

  QueueStoreException(String what, SQLException cause) {
    super(what + ": " + cause.getMessage(), cause);
    this.sqlState = cause.getSQLState() == null ? "" : cause.getSQLState();
  }

  /** The database's code of five characters; empty where it gave none. */
  public String sqlState() {
    return sqlState;
  }
}
