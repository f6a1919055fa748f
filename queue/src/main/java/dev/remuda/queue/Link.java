package dev.remuda.queue;

import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is made again when it has failed, and the transactions on it: one at a time,
 * whoever asks. Nothing is tried twice here: whoever asked decides.
 */
final class Link implements AutoCloseable {
  private static final int VALIDATION_SECONDS = 5;

  private final Database database;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Session session;
  private boolean closed;

  Link(Database database) {
    this.database = database;
  }

  /**
   * Runs work in a transaction.
   *
   * @throws UnheardCommitException if the commit failed
   * @throws IllegalStateException if called by work of the same link
   */
  <T, X extends Exception> T transaction(Work<T, X> work) throws SQLException, X {
    if (lock.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          "called within queue.transaction(…): use the transaction's own methods there");
    }
    lock.lock();
    try {
      Session current = open();
      boolean committed = false;
      try {
        database.dialect().begin(current.connection());
        T result = work.run(current);
        commit(current);
        committed = true;
        return result;
      } finally {
        if (!committed) {
          rollBack(current);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void commit(Session current) throws SQLException {
    try {
      database.dialect().commit(current.connection());
    } catch (SQLException e) {
      throw new UnheardCommitException(e);
    }
  }

  private Session open() throws SQLException {
    if (closed) {
      throw new SQLException("the queue is closed", "08003");
    }
    Session current = session;
    if (current == null) {
      current = new Session(database.connect());
      session = current;
    }
    return current;
  }

  private void rollBack(Session failed) {
    boolean usable = false;
    try {
      // A driver may have ended the statement that failed: none is used again.
      failed.close();
      database.dialect().rollBack(failed.connection());
      usable = failed.connection().isValid(VALIDATION_SECONDS);
      // Some drivers begin a transaction to validate.
      database.dialect().rollBack(failed.connection());
    } catch (SQLException e) {
      usable = false;
    }
    if (!usable) {
      discard();
    }
  }

  private void discard() {
    Session gone = session;
    session = null;
    if (gone != null) {
      database.release(gone);
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      discard();
    } finally {
      lock.unlock();
    }
  }

  /** Work within a transaction. */
  @FunctionalInterface
  interface Work<T, X extends Exception> {
    T run(Session session) throws SQLException, X;
  }
}
