package dev.remuda.server;

import java.util.concurrent.TimeUnit;

/** Counts who was not let in by workers, and says so, now and then. The loop's. */
final class Refusals {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  /** Whoever may not call decides how often it tries: it must not fill the log. */
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private int count;
  private long saidAt;

  int count() {
    return count;
  }

  void add(WorkerProcess worker, String user) {
    count++;
    long now = System.nanoTime();
    if (count == 1 || now - saidAt >= PAUSE_NANOS) {
      saidAt = now;
      LOG.log(
          System.Logger.Level.WARNING,
          "user {0} may not call at {1}; {2} connections refused so far",
          user,
          worker.point().address(),
          String.valueOf(count));
    }
  }
}
