package dev.remuda.queue;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;

/** Inserts a message at each of its times, whichever of many processes is first. */
final class CronChore implements Chore.Action {
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /** A clock that is set back by less repeats no time. */
  private static final Duration TOLERANCE = Duration.ofMinutes(1);

  private final QueueConfig.CronEntry entry;
  private final Housekeeping housekeeping;
  private final Kicks kicks;

  CronChore(QueueConfig.CronEntry entry, Housekeeping housekeeping, Kicks kicks) {
    this.entry = entry;
    this.housekeeping = housekeeping;
    this.kicks = kicks;
  }

  /**
   * Times that were missed while nobody ran are made good by one message. The wait is cut into
   * minutes, since the database's clock may be set.
   */
  @Override
  public Duration run() throws SQLException {
    long now = housekeeping.now();
    long next = entry.times().next(Instant.ofEpochMilli(now)).toEpochMilli();
    long run = housekeeping.schedule(entry.name(), entry.times().toString(), next);
    long latest = entry.times().next(Instant.ofEpochMilli(now).plus(TOLERANCE)).toEpochMilli();
    if (run > latest) {
      // It was noted when the clock was ahead.
      housekeeping.reschedule(entry.name(), run, next);
      run = next;
    }
    if (run <= now) {
      if (housekeeping.fire(entry.name(), run, next, entry.message())) {
        kicks.fire(entry.message().type());
      }
      run = next;
    }
    Duration wait = Duration.ofMillis(Math.max(1, run - now));
    return wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
  }
}
