package dev.remuda.client;

import dev.remuda.protocol.Address;

/**
 * The one thread at a time that owns a client's state, with the clock, timers and connections that
 * this state lives by. A seam, so that tests can drive all of it step by step.
 */
interface Loop {
  /** The time in nanoseconds since some moment before the loop began; never negative. */
  long nanoTime();

  /** True on the loop itself. */
  boolean isCurrent();

  /**
   * Runs a task on the loop, after those given before; any thread.
   *
   * @throws java.util.concurrent.RejectedExecutionException once it is shut down
   */
  void execute(Runnable task);

  /** Runs a task on the loop after a while. */
  Timer schedule(Runnable task, long nanos);

  /** Runs users' code, on the loop, and reports when it blocks. */
  void runCallback(Runnable callback);

  /** Connects a stream socket; {@code owner} hears on the loop what becomes of it. */
  void connect(Address address, Line.Owner owner);

  /** Takes no more tasks; those taken are run. */
  void shutdown();

  boolean isShutdown();

  /** Blocks until the loop has ended, for so long at the most. */
  void awaitEnd(long seconds);

  /** A task that is due later. */
  interface Timer {
    /** Has no effect once the task has begun. */
    void cancel();
  }
}
