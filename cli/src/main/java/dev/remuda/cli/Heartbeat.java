package dev.remuda.cli;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The program's own regular work: it measures how late each beat is. */
final class Heartbeat implements AutoCloseable {
  static final long PERIOD_MILLIS = 10;

  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS);

  private volatile long worst;
  private volatile long worstOfPart;
  private volatile long beats;
  private volatile boolean ended;

  Heartbeat() {
    Thread.ofPlatform().name("heartbeat").daemon().start(this::beat);
  }

  private void beat() {
    long due = System.nanoTime() + PERIOD_NANOS;
    while (!ended) {
      long left = due - System.nanoTime();
      if (left > 0) {
        LockSupport.parkNanos(left);
        continue;
      }
      record(-left);
      due = System.nanoTime() + PERIOD_NANOS + Math.max(left, -PERIOD_NANOS);
    }
  }

  /** Only the one thread writes. */
  @SuppressWarnings("NonAtomicVolatileUpdate")
  private void record(long late) {
    beats++;
    worst = Math.max(worst, late);
    worstOfPart = Math.max(worstOfPart, late);
  }

  /** Forgets the worst delay of what was before. */
  void startPart() {
    worstOfPart = 0;
  }

  long worstOfPartNanos() {
    return worstOfPart;
  }

  long worstNanos() {
    return worst;
  }

  long beats() {
    return beats;
  }

  @Override
  public void close() {
    ended = true;
  }
}
