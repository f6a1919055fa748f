package dev.remuda.queue;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a store knows of consumers, and does as time goes by; all times are the database's. */
interface Housekeeping {
  /**
   * A process that consumes.
   *
   * @param name process and host, for people
   * @param host tells whether loopback addresses can be reached
   * @param addresses where kicks are received, separated by spaces
   */
  record ConsumerRow(long id, String name, String host, String addresses) {}

  /**
   * A consumer that has messages claimed.
   *
   * @param heartbeat its last, in milliseconds since 1970
   * @param silent how long ago that was, in milliseconds
   */
  record Busy(long id, String name, long heartbeat, long silent) {}

  /**
   * What is waiting, seen without claiming.
   *
   * @param dueIn for each type with messages: milliseconds until the first may be handled
   * @param othersBusy whether other consumers have messages claimed
   */
  record Peek(Map<String, Long> dueIn, boolean othersBusy) {}

  /**
   * Events of one type in one minute.
   *
   * @param minute minutes since 1970
   */
  record Count(String type, long minute, long done, long failed, long dead) {}

  void register(ConsumerRow consumer) throws SQLException;

  /** Says that the consumer lives; false where it is taken for dead. */
  boolean beat(long consumer, @Nullable String notify) throws SQLException;

  /** Passes a text on to whom the database lets listen; nothing where it lets nobody. */
  void tell(String text) throws SQLException;

  void leave(long consumer) throws SQLException;

  Peek peek(List<String> types, long me) throws SQLException;

  /** Other consumers that have messages claimed, and the heartbeat of each. */
  List<Busy> busyOthers(long me) throws SQLException;

  /**
   * Takes a consumer for dead and releases its messages, unless it has given a heartbeat since.
   *
   * @return how many were released
   */
  int rescue(Busy dead, String error) throws SQLException;

  /** Releases what is claimed by consumers that nobody knows. */
  int rescueOrphans(String error) throws SQLException;

  /** Consumers that were seen within so many milliseconds. */
  List<ConsumerRow> consumers(long within) throws SQLException;

  void add(long consumer, List<Count> counts) throws SQLException;

  /**
   * Drops consumers and counts that are too old, and finished messages that were kept as long as
   * the process that handled them wanted.
   */
  void prune(long consumersOlderThan, long countsOlderThan) throws SQLException;

  /** The database's clock, in milliseconds since 1970. */
  long now() throws SQLException;

  /**
   * The next run of a schedule, noted if it is new or was changed.
   *
   * @return milliseconds since 1970
   */
  long schedule(String name, String schedule, long nextRun) throws SQLException;

  /** Sets the next run of a schedule if nobody has moved it on yet. */
  void reschedule(String name, long run, long nextRun) throws SQLException;

  /** Inserts the message if nobody has moved the schedule on yet. */
  boolean fire(String name, long run, long nextRun, NewMessage message) throws SQLException;
}
