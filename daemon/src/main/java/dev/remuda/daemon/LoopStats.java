package dev.remuda.daemon;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The health of a daemon's loop.
 *
 * @param lag how long tasks waited until the loop ran them, looked at 40 times a second
 * @param blocked how many callbacks have blocked it for more than 100 ms
 * @param lastBlocks the last of them
 */
public record LoopStats(DurationHistogram lag, long blocked, List<Block> lastBlocks) {
  /** Copies the list. */
  public LoopStats {
    lastBlocks = List.copyOf(lastBlocks);
  }

  /**
   * A callback that blocked the loop.
   *
   * @param at when it was noticed
   * @param blocked for how long, as far as is known: it may go on
   * @param stack where it was then
   */
  public record Block(Instant at, Duration blocked, List<StackTraceElement> stack) {
    /** Copies the list. */
    public Block {
      stack = List.copyOf(stack);
    }
  }
}
