package dev.remuda.benchmarks;

import dev.remuda.client.Checkout;
import dev.remuda.context.TaskLog;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One call at a time on one checkout, in four ways; each gives the p50 in nanoseconds. */
final class RoundTrips {
  /** 64 bytes, as the raw limit's. */
  static final String TEXT = "x".repeat(64);

  /** Calls in a row, of a kind, where two kinds are compared. */
  private static final int BLOCK = 50;

  private final Checkout<EchoService> checkout;
  private long written;

  RoundTrips(Checkout<EchoService> checkout) {
    this.checkout = checkout;
  }

  /** Each call is made in the callback of the one before, on the client's loop. */
  long chained(int count) {
    var chain = new Chain(count);
    chain.next();
    return p50(chain.over.join());
  }

  /** Made on this thread, until its callback runs on the loop. */
  long async(int count) {
    long[] samples = new long[count];
    for (int i = -unmeasured(count); i < count; i++) {
      long begin = System.nanoTime();
      long took =
          checkout.async(e -> e.echo(TEXT)).thenApply(text -> System.nanoTime() - begin).join();
      if (i >= 0) {
        samples[i] = took;
      }
    }
    return p50(samples);
  }

  /** Made on this thread, until it runs again with the answer. */
  long sync(int count) {
    EchoService echo = checkout.sync();
    long[] samples = new long[count];
    for (int i = -unmeasured(count); i < count; i++) {
      long begin = System.nanoTime();
      echo.echo(TEXT);
      if (i >= 0) {
        samples[i] = System.nanoTime() - begin;
      }
    }
    return p50(samples);
  }

  /** As {@link #sync}, on a virtual thread. */
  long virtual(int count) {
    var p50 = new CompletableFuture<Long>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            p50.complete(sync(count));
          } catch (RuntimeException e) {
            p50.completeExceptionally(e);
          }
        });
    return p50.join();
  }

  /** What it adds to {@link #sync} to report to an open log, into which nothing else is logged. */
  long reported(int count) {
    return added(count, this::inOneLog);
  }

  /** What it adds to {@link #sync} to open a log for it, report to it, and close it. */
  long logged(int count) {
    return added(count, this::inLogsOfTheirOwn);
  }

  /**
   * The median over {@code count} pairs of blocks, one as it is and one with what is added, so that
   * what disturbs both falls out.
   */
  private long added(int count, LongSupplier block) {
    long[] differences = new long[count];
    for (int i = -unmeasured(count); i < count; i++) {
      boolean plainFirst = i % 2 == 0;
      long before = plainFirst ? plain() : 0;
      long with = block.getAsLong();
      long without = plainFirst ? before : plain();
      if (i >= 0) {
        differences[i] = (with - without) / BLOCK;
      }
    }
    return p50(differences);
  }

  private long plain() {
    EchoService echo = checkout.sync();
    long begin = System.nanoTime();
    for (int i = 0; i < BLOCK; i++) {
      echo.echo(TEXT);
    }
    return System.nanoTime() - begin;
  }

  private long inOneLog() {
    EchoService echo = checkout.sync();
    try (TaskLog log = TaskLog.open(record -> written++)) {
      long begin = System.nanoTime();
      for (int i = 0; i < BLOCK; i++) {
        log.during(() -> echo.echo(TEXT));
      }
      return System.nanoTime() - begin;
    }
  }

  private long inLogsOfTheirOwn() {
    EchoService echo = checkout.sync();
    long begin = System.nanoTime();
    for (int i = 0; i < BLOCK; i++) {
      try (TaskLog log = TaskLog.open(record -> written++)) {
        log.during(() -> echo.echo(TEXT));
      }
    }
    return System.nanoTime() - begin;
  }

  /** What comes first, after a pause in which others measured, is not counted. */
  static int unmeasured(int count) {
    return count / 4;
  }

  static long p50(long[] samples) {
    Arrays.sort(samples);
    return samples[samples.length / 2];
  }

  private final class Chain {
    private final CompletableFuture<long[]> over = new CompletableFuture<>();
    private final long[] samples;
    private int at;
    private long begin;

    Chain(int count) {
      samples = new long[count];
      at = -unmeasured(count) - 1; // the first is made on another thread
    }

    void next() {
      begin = System.nanoTime();
      checkout.async(e -> e.echo(TEXT)).whenComplete(this::answered);
    }

    private void answered(@Nullable String text, @Nullable Throwable failure) {
      long took = System.nanoTime() - begin;
      if (failure != null) {
        over.completeExceptionally(failure);
        return;
      }
      if (at >= 0) {
        samples[at] = took;
      }
      if (++at < samples.length) {
        next();
      } else {
        over.complete(samples);
      }
    }
  }
}
