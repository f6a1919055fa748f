package dev.remuda.client;

/**
 * As many checkouts wait as may; this one was refused or pushed out, and no call of it was sent.
 */
public final class QueueFullException extends TaskException {
  private static final long serialVersionUID = 1L;

  private final PoolStats counts;

  QueueFullException(String what, int maxQueue, PoolStats counts, CallSite site) {
    super("the queue of at most " + maxQueue + " is full: " + what + " " + counts, site, null);
    this.counts = counts;
  }

  /** The pool's counts at that moment. */
  public PoolStats counts() {
    return counts;
  }
}
