package dev.remuda.daemon;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.vertx.core.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Gives the loop a small task 40 times a second, and looks where the loop is when it does not come
 * to it. Vert.x's own checker only writes to the log, and offers no supported way to hear of it.
 */
final class LoopWatch {
  private static final System.Logger LOG = System.getLogger("dev.remuda.daemon");
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

  /**
   * A callback may have begun up to one look before the task that waits for it: so all that block
   * for 100 ms are found, and none of less than 75.
   */
  private static final long LIMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100) - LOOK_NANOS;

  /** So long after its start a JVM still loads what its callbacks need: shown, but no warning. */
  static final Duration SETTLES = Duration.ofSeconds(5);

  private static final int KEPT = 20;

  private final Context loop;
  private final long settledNanos;
  private final DurationRecorder lag = new DurationRecorder();
  private final Thread watcher;
  private volatile @Nullable Thread loopThread;
  private volatile boolean closed;

  /** When the task was given that the loop has not come to; 0 when it has. */
  private volatile long given;

  @GuardedBy("this")
  private long blocked;

  @GuardedBy("this")
  private final Deque<LoopStats.Block> blocks = new ArrayDeque<>();

  /** Nobody is warned of what blocks before it has settled. */
  LoopWatch(Context loop, String daemon, Duration settles) {
    this.loop = loop;
    this.settledNanos = System.nanoTime() + settles.toNanos();
    watcher = Thread.ofPlatform().daemon().name("remuda-loop-watch-" + daemon).start(this::watch);
  }

  private void watch() {
    long reported = 0;
    while (!closed) {
      long since = given;
      if (since == 0) {
        give();
      } else if (System.nanoTime() - since > LIMIT_NANOS) {
        look(since, since == reported);
        reported = since;
      }
      LockSupport.parkNanos(this, LOOK_NANOS);
    }
  }

  private void give() {
    long now = System.nanoTime() | 1; // never 0
    given = now;
    try {
      loop.runOnContext(nothing -> taken(now));
    } catch (RejectedExecutionException e) {
      closed = true; // the loop has ended
    }
  }

  private void taken(long since) {
    loopThread = Thread.currentThread();
    lag.record(System.nanoTime() - since);
    given = 0;
  }

  private void look(long since, boolean again) {
    Thread thread = loopThread;
    if (thread == null) {
      return;
    }
    StackTraceElement[] stack = thread.getStackTrace();
    if (given != since || isWaiting(stack)) {
      return; // it came to it meanwhile, or the whole machine is late
    }
    Duration time = Duration.ofNanos(System.nanoTime() - since);
    synchronized (this) {
      if (again && !blocks.isEmpty()) {
        LoopStats.Block known = blocks.removeLast();
        blocks.add(new LoopStats.Block(known.at(), time, known.stack()));
        return;
      }
      blocked++;
      blocks.add(new LoopStats.Block(Instant.now(), time, List.of(stack)));
      if (blocks.size() > KEPT) {
        blocks.remove();
      }
    }
    report(stack, time);
  }

  private static boolean isWaiting(StackTraceElement[] stack) {
    return stack.length > 0
        && stack[0].getClassName().startsWith("sun.nio.ch.")
        && stack[0].getMethodName().contains("wait");
  }

  private void report(StackTraceElement[] stack, Duration time) {
    var where = new Throwable("the loop is here");
    where.setStackTrace(stack);
    LOG.log(
        System.nanoTime() - settledNanos < 0
            ? System.Logger.Level.DEBUG
            : System.Logger.Level.WARNING,
        "a callback has been blocking the daemon's loop for "
            + time.toMillis()
            + " ms; what blocks belongs into a runner or on a virtual thread",
        where);
  }

  synchronized LoopStats stats() {
    return new LoopStats(lag.histogram(), blocked, List.copyOf(blocks));
  }

  void close() {
    closed = true;
    LockSupport.unpark(watcher);
  }
}
