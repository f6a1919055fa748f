package dev.remuda.benchmarks;

import java.io.IOException;
import java.util.List;

/** One numbered row of the performance table; blocks while it measures. */
interface Row {
  /**
   * Measures in turns: ours, the limit, the peers, and again.
   *
   * @throws IOException when ours could not be measured; a peer that fails is left out
   */
  List<Line> measure(BenchOptions options, Toolbox tools, Progress progress) throws IOException;
}
