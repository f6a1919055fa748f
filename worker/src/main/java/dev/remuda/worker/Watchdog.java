package dev.remuda.worker;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Watches the main thread from outside: has the connection read while a call is long, and ends the
 * process when user code runs past the hung-worker timeout. Sleeps while nothing has been called
 * for a while.
 */
final class Watchdog {
  /** A call older than this has its connection read by the helper thread. */
  static final long LONG_CALL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
  private static final int QUIET_TICKS = 400;

  /** How often the supervisor hears that it watches; ten seconds of silence mean that it cannot. */
  private static final long PULSE_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** Who hears that this watchdog is awake; must not keep it for long. */
  interface Pulse {
    /** For a worker that has no supervisor. */
    Pulse NONE =
        new Pulse() {
          @Override
          public void working() {}

          @Override
          public void resting() {}
        };

    /** Code runs, or did a moment ago; said again and again until it rests. */
    void working();

    /** Nothing has run for a while: nothing more is said. */
    void resting();
  }

  private final Activity activity;
  private final long hungAfterMillis;
  private final Pulse pulse;
  private final Thread worker;
  private boolean beating;
  private long lastBeat;
  private volatile @Nullable Inbox inbox;

  /**
   * Watches the thread that makes it.
   *
   * @param hungAfterMillis how long its code may run; 0 for ever
   */
  Watchdog(Activity activity, long hungAfterMillis, Pulse pulse) {
    this.activity = activity;
    this.pulse = pulse;
    this.hungAfterMillis = hungAfterMillis;
    this.worker = Thread.currentThread();
  }

  void start() {
    new BackgroundThread("remuda-watchdog") {
      @Override
      public void run() {
        watch();
      }
    }.start();
  }

  void serving(@Nullable Inbox connection) {
    inbox = connection;
  }

  private void watch() {
    int quietTicks = QUIET_TICKS;
    while (!activity.isOver()) {
      if (quietTicks >= QUIET_TICKS) {
        rest();
        activity.awaitBegin();
        quietTicks = 0;
      }
      LockSupport.parkNanos(this, TICK_NANOS);
      quietTicks = look() ? 0 : quietTicks + 1;
      beat();
    }
  }

  private void beat() {
    long now = System.nanoTime();
    if (!beating || now - lastBeat >= PULSE_NANOS) {
      beating = true;
      lastBeat = now;
      pulse.working();
    }
  }

  private void rest() {
    if (beating) {
      beating = false;
      pulse.resting();
    }
  }

  private boolean look() {
    long running = activity.runningNanos();
    if (running < 0) {
      return false;
    }
    if (hungAfterMillis > 0 && running > TimeUnit.MILLISECONDS.toNanos(hungAfterMillis)) {
      killHung(running);
    }
    Inbox connection = inbox;
    if (running > LONG_CALL_NANOS && connection != null) {
      connection.takeOver();
    }
    return true;
  }

  private void killHung(long running) {
    Thread report =
        Thread.ofPlatform().name("remuda-report").daemon().start(() -> reportHung(running));
    try {
      report.join(TimeUnit.SECONDS.toMillis(2)); // the dump itself may hang
    } catch (InterruptedException e) {
      // Ends all the sooner.
    }
    ProcessExit.now(ProcessExit.HUNG);
  }

  private void reportHung(long running) {
    String text =
        "Killing hung worker ("
            + ProcessHandle.current().pid()
            + "): its call has run for "
            + TimeUnit.NANOSECONDS.toMillis(running)
            + " ms\n"
            + ThreadDump.take(worker).text();
    LastWords.say(text);
  }
}
