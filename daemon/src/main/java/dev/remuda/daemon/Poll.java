package dev.remuda.daemon;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs again and again: {@code period} after the last run has ended, however that run came about,
 * and a random part of {@code jitter} later, so that many daemons do not ask at the same moment.
 * Where runs may be parallel the time counts from the last run's start. Polling alone is always
 * correct; kicks only make it fast.
 *
 * @param period from 1 ms to 365 days
 * @param jitter from zero to 365 days
 */
public record Poll(Duration period, Duration jitter) implements Trigger {
  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofDays(365);

  /** A poll without jitter. */
  public static Poll every(Duration period) {
    return new Poll(period, Duration.ZERO);
  }

  /** A poll with jitter. */
  public static Poll every(Duration period, Duration jitter) {
    return new Poll(period, jitter);
  }

  @Override
  public List<String> problems() {
    var problems = new ArrayList<String>();
    if (period.compareTo(SHORTEST) < 0 || period.compareTo(LONGEST) > 0) {
      problems.add("the poll's period " + period + " is not between PT0.001S and 365 days");
    }
    if (jitter.isNegative() || jitter.compareTo(LONGEST) > 0) {
      problems.add("the poll's jitter " + jitter + " is not between zero and 365 days");
    }
    return problems;
  }

  @Override
  public String toString() {
    return "every " + period + (jitter.isZero() ? "" : " + up to " + jitter);
  }
}
