package dev.remuda.queue;

import java.sql.SQLException;

/**
 * What is done in one transaction.
 *
 * @param <T> what comes of it
 * @param <X> what it throws beside {@link SQLException}
 */
@FunctionalInterface
public interface TransactionWork<T, X extends Exception> {
  /**
   * Runs once, on the caller's thread.
   *
   * @throws SQLException to have everything rolled back; the caller hears it as {@link
   *     QueueStoreException}
   * @throws X the same; the caller hears it as it is
   */
  T run(QueueTransaction transaction) throws SQLException, X;
}
