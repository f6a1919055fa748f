package dev.remuda.benchmarks;

import dev.remuda.client.Calls;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The same call again and again, so many in flight, on a checkout each or all on one. */
final class CallRate {
  private final Calls<EchoService> calls;
  private final int inFlight;

  CallRate(Calls<EchoService> calls, int inFlight) {
    this.calls = calls;
    this.inFlight = inFlight;
  }

  /** Each caller calls again in its callback, on the client's loop. */
  long chained(int millis) {
    var run = new Run(millis);
    for (int i = 0; i < inFlight; i++) {
      run.next();
    }
    return run.over.join();
  }

  /** One thread makes all calls, and waits while so many are in flight. */
  long fromThread(int millis) {
    var slots = new Semaphore(inFlight);
    var answered = new AtomicLong();
    long begin = System.nanoTime();
    long now = begin;
    while (now - begin < millis * 1_000_000L) {
      slots.acquireUninterruptibly();
      calls
          .async(e -> e.echo(RoundTrips.TEXT))
          .whenComplete((text, failure) -> {
            if (failure == null) {
              answered.incrementAndGet();
            }
            slots.release();
          });
      now = System.nanoTime();
    }
    long rate = rate(answered.get(), now - begin);
    slots.acquireUninterruptibly(inFlight);
    return rate;
  }

  /** So many calls at once; gives nanoseconds a call. */
  long queuedAtOnce(int count) {
    var all = new CompletableFuture<?>[count];
    long begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      all[i] = calls.async(e -> e.echo(RoundTrips.TEXT));
    }
    CompletableFuture.allOf(all).join();
    return (System.nanoTime() - begin) / count;
  }

  private static long rate(long count, long nanos) {
    return Math.round(count * 1e9 / nanos);
  }

  /** Belongs to the loop, but for the first calls. */
  private final class Run {
    private final CompletableFuture<Long> over = new CompletableFuture<>();
    private final long begin = System.nanoTime();
    private final long nanos;
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();
    private volatile long rate;

    Run(int millis) {
      nanos = millis * 1_000_000L;
    }

    void next() {
      calls.async(e -> e.echo(RoundTrips.TEXT)).whenComplete(this::answered);
    }

    private void answered(@Nullable String text, @Nullable Throwable failure) {
      if (failure != null) {
        over.completeExceptionally(failure);
        return;
      }
      long count = answered.incrementAndGet();
      long took = System.nanoTime() - begin;
      if (took < nanos) {
        next();
        return;
      }
      if (rate == 0) {
        rate = rate(count, took);
      }
      if (ended.incrementAndGet() == inFlight) {
        over.complete(rate);
      }
    }
  }
}
