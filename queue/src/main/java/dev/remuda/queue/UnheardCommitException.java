package dev.remuda.queue;

import java.sql.SQLException;

/** A commit failed: what it was to commit may have been committed or not. */
final class UnheardCommitException extends SQLException {
  private static final long serialVersionUID = 1L;

  UnheardCommitException(SQLException cause) {
    super(cause.getMessage(), cause.getSQLState(), cause.getErrorCode(), cause);
  }
}
