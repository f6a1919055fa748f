package dev.remuda.queue;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;

/**
 * The seam below the queue: where messages are kept. One conformance suite holds for every engine.
 * Every method may block, and is one transaction of its own unless it says otherwise. Safe for
 * every thread; who comes second waits.
 */
interface MessageStore extends AutoCloseable {
  /**
   * Makes or upgrades the tables, under a lock that other processes respect.
   *
   * @return a number that tells this queue from every other
   * @throws QueueSchemaException if the tables are not usable, or missing and not to be made
   */
  long prepare(boolean create) throws SQLException;

  /** Inserts all or none. */
  List<Enqueued> enqueue(List<NewMessage> messages) throws SQLException;

  /** Inserts in a transaction of the caller's; safe for every thread. */
  Enqueued enqueue(Connection connection, NewMessage message) throws SQLException;

  /** Runs work in one transaction. */
  <T, X extends Exception> T transaction(ConnectionWork<T, X> work) throws SQLException, X;

  /** Settles what was claimed, as far as it is still the owner's, and claims more. */
  Turn turn(long owner, Settlement settlement, List<ClaimRequest> requests) throws SQLException;

  /** Milliseconds until the next message of a type may be handled; empty where there is none. */
  OptionalLong nextDue(String type) throws SQLException;

  /**
   * Gives back what the owner has claimed without knowing, since a transaction's end was not heard.
   */
  int releaseUnknown(long owner, String type, List<Long> known) throws SQLException;

  /** The part about consumers and time. */
  Housekeeping housekeeping();

  /** The part that is looked at. */
  Inspection inspection();

  @Override
  void close();

  /** Work within a transaction. */
  @FunctionalInterface
  interface ConnectionWork<T, X extends Exception> {
    T run(Connection connection) throws SQLException, X;
  }
}
