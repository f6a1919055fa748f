package dev.remuda.queue;

import java.util.function.BooleanSupplier;

/** Whether a message still belongs to the consumer that handles it. Safe for every thread. */
public final class Claim {
  private final long owner;
  private final BooleanSupplier doubtful;
  private volatile boolean lost;

  /**
   * @param doubtful whether the consumer has not reached the database for so long that others may
   *     have taken it for dead
   */
  Claim(long owner, BooleanSupplier doubtful) {
    this.owner = owner;
    this.doubtful = doubtful;
  }

  /**
   * Whether the message was given to another consumer, or may have been: this process was stopped
   * or cut off from the database for longer than consumers wait for a heartbeat. What the handler
   * does from here on may be done twice, and its completion will not count. Does not block.
   */
  public boolean isLost() {
    return lost || doubtful.getAsBoolean();
  }

  long owner() {
    return owner;
  }

  void lose() {
    lost = true;
  }
}
