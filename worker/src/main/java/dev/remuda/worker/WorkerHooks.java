package dev.remuda.worker;

/**
 * What a served class may implement beside its methods to hear of its own life. Each hook runs on
 * the worker's main thread, as the calls do, under the hung-worker timeout.
 */
public interface WorkerHooks {
  /**
   * Runs once, before the first call: in the standby worker before it accepts, or with lazy setup
   * before the first call. While it throws, each call is answered with {@code setup exception: …}
   * and tries it again.
   */
  default void setup() throws Exception {}

  /**
   * Runs when a checkout that made at least one call is released, before anybody else can have the
   * worker. If it throws, the worker ends: the next borrower never meets what it left.
   */
  default void checkoutDone() throws Exception {}

  /** Runs when the worker ends in order: its connection was closed between two calls. */
  default void teardown() throws Exception {}

  /**
   * Does what the served methods do, with data of its own, so that the classes which that needs are
   * found in the ahead-of-time cache of later workers. It runs in no worker but in a process of its
   * own, in the background at low priority, on an object that is made for it and not set up, and
   * may take ten minutes, training included. If it throws, later workers start all the same.
   */
  default void train() throws Exception {}
}
