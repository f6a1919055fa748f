package dev.remuda.client;

/** What happens to a checkout when as many wait for a worker as may. */
public enum QueuePolicy {
  /** It is refused: its calls fail with {@link QueueFullException}. */
  REJECT,

  /** The one that has waited longest is pushed out, with {@link QueueFullException}. */
  DROP_OLDEST,

  /**
   * A call by {@code sync()} without a checkout of its own waits all the same: its thread is
   * blocked, so that there are never more than threads. All others are refused.
   */
  CALLER_WAITS
}
