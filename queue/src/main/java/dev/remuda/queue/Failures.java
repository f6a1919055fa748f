package dev.remuda.queue;

import java.sql.SQLException;
import java.util.List;

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

  /** Waits for all, and passes an interrupt on to them; whether one came. */
  static boolean joinAll(List<Thread> threads) {
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
          threads.forEach(Thread::interrupt);
        }
      }
    }
    return interrupted;
  }
}
