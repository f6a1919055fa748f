package dev.remuda.daemon;

import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The machine's clocks, and a thread for timers: a loop that somebody blocks delays no run. */
final class SystemTime implements Time, AutoCloseable {
  private static final System.Logger LOG = System.getLogger("dev.remuda.daemon");

  private final ScheduledThreadPoolExecutor timers;

  SystemTime(String daemon) {
    timers =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("remuda-timers-" + daemon).factory());
    timers.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    timers.setRemoveOnCancelPolicy(true);
    timers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Timer after(long nanos, Runnable task) {
    Future<?> scheduled = timers.schedule(() -> guarded(task), nanos, TimeUnit.NANOSECONDS);
    return () -> scheduled.cancel(false);
  }

  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "a timer's task failed; the others go on", e);
    }
  }

  @Override
  public void close() {
    timers.shutdownNow();
  }
}
