package dev.remuda.daemon;

import java.time.Duration;
import java.util.List;

/** Spreads the first polls of a daemon's jobs, so that they do not all run at once. */
final class Stagger {
  private Stagger() {}

  static void start(List<HostedJob> jobs, Duration spread) {
    for (int i = 0; i < jobs.size(); i++) {
      jobs.get(i).start(delay(i, jobs.size(), spread.toNanos(), jobs.get(i)));
    }
  }

  private static long delay(int index, int count, long spread, HostedJob job) {
    long even = (long) ((double) spread * index / count);
    return Math.min(even, job.periodNanos());
  }
}
