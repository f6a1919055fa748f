package dev.remuda.client;

import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The checkouts whose first call has a clock running, in the order in which the clocks end, with
 * one timer however many there are. Belongs to the client's loop.
 */
final class Deadlines {
  private final TreeSet<Claim> running = new TreeSet<>(Claim.BY_DEADLINE);
  private final Loop loop;
  private Loop.@Nullable Timer timer;
  private long timerNanos;

  Deadlines(Loop loop) {
    this.loop = loop;
  }

  /** Sets the end of a checkout's clock; {@link Claim#NEVER} for none. */
  void set(Claim claim, long nanos) {
    if (claim.deadlineNanos == nanos) {
      return;
    }
    stop(claim);
    if (nanos != Claim.NEVER) {
      claim.deadlineNanos = nanos;
      running.add(claim);
      await(nanos);
    }
  }

  void stop(Claim claim) {
    if (claim.deadlineNanos != Claim.NEVER) {
      running.remove(claim);
      claim.deadlineNanos = Claim.NEVER;
    }
  }

  int size() {
    return running.size();
  }

  /** A timer that comes too early costs a look, one that comes too late a deadline. */
  private void await(long nanos) {
    if (timer != null && timerNanos <= nanos) {
      return;
    }
    if (timer != null) {
      timer.cancel();
    }
    timerNanos = nanos;
    timer = loop.schedule(this::expire, Math.max(0, nanos - loop.nanoTime()));
  }

  private void expire() {
    timer = null;
    try {
      // A callback may start another clock meanwhile: that is not the one to wait for.
      while (!running.isEmpty() && running.first().deadlineNanos <= loop.nanoTime()) {
        Claim first = running.first();
        stop(first);
        first.expired();
      }
    } finally {
      if (!running.isEmpty()) {
        await(running.first().deadlineNanos);
      }
    }
  }
}
