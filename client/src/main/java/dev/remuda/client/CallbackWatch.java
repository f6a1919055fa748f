package dev.remuda.client;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reports callbacks that block a client's loop, with the stack at which they do. A thread of its
 * own looks on, and sleeps while no callback has run for a while.
 */
final class CallbackWatch {
  /** A callback on the loop that takes longer is reported. */
  static final long LIMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final System.Logger LOG = System.getLogger("dev.remuda.client");
  private static final long LOOK_NANOS = LIMIT_NANOS / 2;
  private static final int QUIET_LOOKS = 200;

  /** Since when a callback has been running, by {@link System#nanoTime}; 0 while none is. */
  private volatile long since;

  private volatile boolean asleep = true;
  private volatile boolean closed;
  private @Nullable Thread loop;
  private volatile @Nullable Thread watcher;
  private int depth;

  /** Runs a callback on the loop. */
  void run(Runnable callback) {
    begin();
    try {
      callback.run();
    } finally {
      end();
    }
  }

  private void begin() {
    if (depth++ > 0) {
      return; // within another, whose time counts
    }
    since = System.nanoTime() | 1; // never 0
    if (asleep && !closed) {
      wake();
    }
  }

  private void wake() {
    asleep = false;
    Thread thread = watcher;
    if (thread == null) {
      loop = Thread.currentThread();
      watcher = Thread.ofPlatform().name("remuda-callback-watch").daemon().start(this::watch);
    } else {
      LockSupport.unpark(thread);
    }
  }

  private void end() {
    if (--depth == 0) {
      since = 0;
    }
  }

  /** Ends the thread. */
  void close() {
    closed = true;
    Thread thread = watcher;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  private void watch() {
    int quiet = 0;
    long reported = 0;
    while (!closed) {
      if (quiet > QUIET_LOOKS) {
        sleep();
        quiet = 0;
      }
      LockSupport.parkNanos(this, LOOK_NANOS);
      long begun = since;
      quiet = begun == 0 ? quiet + 1 : 0;
      if (begun != 0 && begun != reported && System.nanoTime() - begun > LIMIT_NANOS) {
        reported = begun;
        report(begun);
      }
    }
  }

  private void sleep() {
    asleep = true;
    while (asleep && since == 0 && !closed) {
      LockSupport.park(this);
    }
    asleep = false;
  }

  private void report(long begun) {
    Thread blocked = loop;
    if (blocked == null) {
      return;
    }
    var stack = new Throwable("the loop is here");
    stack.setStackTrace(blocked.getStackTrace());
    if (since == begun) { // it still is the one whose stack was taken
      LOG.log(
          System.Logger.Level.WARNING,
          "a callback has been blocking the client's own loop for "
              + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun)
              + " ms; give the client an executor with callbacksOn() for callbacks that block",
          stack);
    }
  }
}
