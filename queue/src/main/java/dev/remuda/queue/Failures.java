package dev.remuda.queue;

import java.sql.SQLException;

/** What callers hear of a database's failures. */
final class Failures {
  private Failures() {}

  /** Something that reaches the database. */
  @FunctionalInterface
  interface Attempt<T, X extends Exception> {
    T run() throws SQLException, X;
  }

  static <T, X extends Exception> T unchecked(String what, Attempt<T, X> attempt) throws X {
    try {
      return attempt.run();
    } catch (SQLException e) {
      throw new QueueStoreException(what, e);
    }
  }

  static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
