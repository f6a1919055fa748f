package dev.remuda.worker;

/** Since when user code has been running on the main thread, for the watchdog to see. */
final class Activity {
  private volatile long startedAt;
  private volatile boolean over;
  private volatile boolean watcherAsleep;
  private volatile Thread watcher = Thread.currentThread();

  /** Called by the main thread before user code runs. */
  void begin() {
    long now = System.nanoTime();
    startedAt = now == 0 ? 1 : now;
    if (watcherAsleep) {
      java.util.concurrent.locks.LockSupport.unpark(watcher);
    }
  }

  /** Called by the main thread when it has ended. */
  void end() {
    startedAt = 0;
  }

  /** No user code runs any more; the watchdog may go. */
  void close() {
    over = true;
    java.util.concurrent.locks.LockSupport.unpark(watcher);
  }

  /** True once there is nothing more to watch. */
  boolean isOver() {
    return over;
  }

  /** Nanoseconds that user code has been running, or -1 while none does. */
  long runningNanos() {
    long started = startedAt;
    return started == 0 ? -1 : System.nanoTime() - started;
  }

  /** Blocks the watchdog until user code runs again, or never will. */
  void awaitBegin() {
    watcher = Thread.currentThread();
    watcherAsleep = true;
    while (startedAt == 0 && !over) {
      java.util.concurrent.locks.LockSupport.park(this);
    }
    watcherAsleep = false;
  }
}
