package dev.remuda.queue;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What people see of a store and do by hand; no method's cost grows with the backlog. */
interface Inspection {
  /** How far rows are counted. */
  int COUNTED = 1_000;

  /** The state of each type that has messages, dead ones included; at most 1,000 types. */
  List<TypeState> states() throws SQLException;

  /** Events per type and minute, oldest first, since a minute. */
  List<Housekeeping.Count> counts(long sinceMinute) throws SQLException;

  /** The newest dead messages whose number is below one; of long data and errors the beginning. */
  List<DeadMessage> dead(@Nullable String type, int limit, long below) throws SQLException;

  /** One with all its data; empty where there is none. */
  Optional<DeadMessage> dead(long id) throws SQLException;

  /** Moves a dead message back; its type, empty where there is none. */
  Optional<String> retryDead(long id) throws SQLException;

  /** Moves up to so many dead messages back, the oldest first; the type of each. */
  List<String> retryDead(@Nullable String type, int limit) throws SQLException;

  boolean deleteDead(long id) throws SQLException;
}
