package dev.remuda.daemon;

import java.time.Instant;

/** The clocks and the timers that jobs live by; tests have their own. */
interface Time {
  /** The wall clock, which may be set. */
  Instant now();

  /** A clock that only runs on. */
  long nanoTime();

  /** Runs a short task later, on the timers' thread, unless it is cancelled before. */
  Timer after(long nanos, Runnable task);

  /** A task that is to run. */
  interface Timer {
    void cancel();
  }
}
