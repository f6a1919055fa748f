package dev.remuda.benchmarks;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of the table.
 *
 * @param row such as {@code B1}
 * @param measure what is measured
 * @param limits what nothing can beat, in the same run; the first is compared with, and there is
 *     none where this machine cannot tell
 * @param peers others who do the same, where they are installed
 */
record Line(
    String row, String measure, Series ours, List<Series> limits, List<Series> peers, Bar bar) {
  Line {
    limits = List.copyOf(limits);
    peers = List.copyOf(peers);
  }

  /** What ours is compared with. */
  @Nullable Series limit() {
    return limits.isEmpty() ? null : limits.getFirst();
  }

  /** Ours to the limit, which is there. */
  double ratio() {
    return ours.median() / limits.getFirst().median();
  }

  Verdict verdict() {
    return bar.verdict(this);
  }
}
