package dev.remuda.daemon;

/**
 * What a daemon is to do, and never when: that is said by the {@link Trigger triggers} of the
 * {@link Job} that it is in.
 */
@FunctionalInterface
public interface Runner {
  /**
   * Does it once: all that there is to do at this moment, whoever asked for it. Called on a virtual
   * thread of its own, so it may block; it is interrupted when it is cancelled or takes longer than
   * its job's timeout. What it throws is logged, counted and shown, and the next run comes all the
   * same.
   */
  void run() throws Exception;
}
