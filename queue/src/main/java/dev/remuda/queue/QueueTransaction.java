package dev.remuda.queue;

import java.sql.Connection;
import java.sql.SQLException;

/** One transaction of {@link MessageQueue#transaction}; used by its work's thread only. */
public interface QueueTransaction {
  /** For the work's own statements. Neither committed, rolled back nor closed by the work. */
  Connection connection();

  /**
   * Inserts a message with the transaction.
   *
   * @throws IllegalArgumentException naming all that cannot be in the arguments
   * @throws SQLException if the database refuses
   */
  Enqueued enqueue(String type, String data, EnqueueOptions options) throws SQLException;

  /** The same without options. */
  default Enqueued enqueue(String type, String data) throws SQLException {
    return enqueue(type, data, EnqueueOptions.NONE);
  }
}
