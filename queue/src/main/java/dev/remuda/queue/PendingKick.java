package dev.remuda.queue;

/**
 * A message inserted in the caller's own transaction, whose consumers are still to be told. Safe
 * for every thread.
 */
public final class PendingKick {
  private final Enqueued enqueued;
  private final Runnable kick;

  PendingKick(Enqueued enqueued, Runnable kick) {
    this.enqueued = enqueued;
    this.kick = kick;
  }

  /** What came of the insert, should the transaction be committed. */
  public Enqueued enqueued() {
    return enqueued;
  }

  /**
   * Tells consumers to look now; to be called after the commit. Does not block and never throws: a
   * kick that is lost, or never fired, costs the time to the consumers' next poll and no more.
   */
  public void fire() {
    kick.run();
  }
}
