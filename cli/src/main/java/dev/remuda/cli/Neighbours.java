package dev.remuda.cli;

import dev.remuda.Pool;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Harmless calls, one behind the other, on a pool where others misbehave. */
final class Neighbours implements AutoCloseable {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Pool<Object> pool;
  private final Thread thread;
  private volatile boolean ended;
  private volatile long answered;
  private volatile @Nullable Throwable failure;

  Neighbours(Pool<Object> pool) {
    this.pool = pool;
    this.thread = Thread.ofPlatform().name("neighbours").daemon().start(this::call);
  }

  private void call() {
    for (long i = 0; !ended; i++) {
      try {
        if (!List.of(i).equals(pool.call("echo", i).join())) {
          throw new CompletionException("a wrong answer to " + i, null);
        }
        answered = i + 1;
      } catch (CompletionException e) {
        failure = e;
        return;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Ends them, and says how they fared. */
  long end(DemoReport report) throws InterruptedException {
    close();
    thread.join();
    Throwable failed = failure;
    report.check(
        failed == null && answered > 0,
        "%,d other calls meanwhile, %s"
            .formatted(answered, failed == null ? "all answered" : failed));
    return answered;
  }

  @Override
  public void close() {
    ended = true;
  }
}
