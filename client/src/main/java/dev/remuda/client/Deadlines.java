package dev.remuda.client;

import java.util.LinkedHashSet;
import java.util.concurrent.TimeUnit;

/**
 * The checkouts whose first call has a clock running. All have the same limit, so the order in
 * which the clocks were started is the order in which they end, and one timer is enough however
 * many there are. Belongs to the client's loop.
 */
final class Deadlines {
  private final LinkedHashSet<Claim> running = new LinkedHashSet<>();
  private final PoolCore pool;
  private boolean timerRuns;

  Deadlines(PoolCore pool) {
    this.pool = pool;
  }

  /** Starts the clock, or starts it again. */
  void start(Claim claim) {
    if (pool.timeoutNanos() > 0) {
      running.addLast(claim);
      await(claim);
    }
  }

  void stop(Claim claim) {
    running.remove(claim);
  }

  private void await(Claim first) {
    if (!timerRuns) {
      timerRuns = true;
      long left = Math.max(0, first.deadlineNanos() - System.nanoTime());
      pool.loop().schedule(this::expire, left, TimeUnit.NANOSECONDS);
    }
  }

  private void expire() {
    try {
      // A callback may start another clock meanwhile: that is not the one to wait for.
      while (!running.isEmpty() && running.getFirst().deadlineNanos() - System.nanoTime() <= 0) {
        running.removeFirst().expired();
      }
    } finally {
      timerRuns = false;
      if (!running.isEmpty()) {
        await(running.getFirst());
      }
    }
  }
}
