package dev.remuda.daemon;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One run of a job; its job's lock guards it. */
final class Run {
  final String name;
  final String cause;
  final Instant began;
  final long beganNanos;
  private final Thread thread;

  /** Interrupts it when it takes too long. */
  Time.Timer limit = () -> {};

  /** What it will count as, because it was interrupted. */
  RunnerStats.@Nullable Outcome forced;

  private @Nullable String reason;
  private boolean stuck;

  Run(String name, String cause, Time time, Thread thread) {
    this.name = name;
    this.cause = cause;
    began = time.now();
    beganNanos = time.nanoTime();
    this.thread = thread;
  }

  void start() {
    thread.start();
  }

  void interrupt(RunnerStats.Outcome outcome, String why) {
    forced = outcome;
    reason = why;
    thread.interrupt();
  }

  /** It was interrupted and goes on; once more, in case it swallowed the first. */
  void markStuck() {
    stuck = true;
    thread.interrupt();
  }

  boolean isInterrupted() {
    return forced != null;
  }

  String reason() {
    return reason == null ? "" : reason;
  }

  StackTraceElement[] stack() {
    return thread.getStackTrace();
  }

  RunnerStats.RunInFlight inFlight(long now) {
    return new RunnerStats.RunInFlight(
        name, cause, began, Duration.ofNanos(now - beganNanos), Optional.ofNullable(reason), stuck);
  }
}
