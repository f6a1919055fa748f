package dev.remuda.status;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Counts by the minute, for an hour. Not safe for more than one thread. */
final class MinuteCounts {
  private static final int MINUTES = 60;

  private final int[] counts = new int[MINUTES];
  private final long[] minutes = new long[MINUTES];

  /** The present minute, by a clock that nobody sets. */
  static long now() {
    return TimeUnit.NANOSECONDS.toMinutes(System.nanoTime());
  }

  void add(long minute) {
    int at = Math.floorMod(minute, MINUTES);
    if (minutes[at] != minute) {
      minutes[at] = minute;
      counts[at] = 0;
    }
    counts[at]++;
  }

  /** Oldest first; the last is the minute that has begun. */
  List<Integer> lastHour(long minute) {
    var all = new ArrayList<Integer>(MINUTES);
    for (long m = minute - MINUTES + 1; m <= minute; m++) {
      int at = Math.floorMod(m, MINUTES);
      all.add(minutes[at] == m ? counts[at] : 0);
    }
    return all;
  }
}
