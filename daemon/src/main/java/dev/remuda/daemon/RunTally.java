package dev.remuda.daemon;

import dev.remuda.daemon.RunnerStats.Outcome;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a job counts; its lock guards it. */
final class RunTally {
  private static final int MAX_SUMMARY = 1_000;
  private static final int MAX_STACK = 16_000;

  final DurationRecorder durations = new DurationRecorder();
  long iterations;
  long succeeded;
  long failed;
  long timedOut;
  long cancelled;
  long kicks;
  long coalesced;
  long skipped;
  RunnerStats.@Nullable EndedRun lastRun;
  RunnerStats.@Nullable RunError lastError;

  void ended(Run run, @Nullable Throwable thrown, Time time) {
    Outcome outcome = outcome(run, thrown);
    switch (outcome) {
      case SUCCEEDED -> succeeded++;
      case FAILED -> failed++;
      case TIMED_OUT -> timedOut++;
      case CANCELLED -> cancelled++;
    }
    long nanos = time.nanoTime() - run.beganNanos;
    durations.record(nanos);
    lastRun =
        new RunnerStats.EndedRun(run.name, run.cause, run.began, Duration.ofNanos(nanos), outcome);
    if (outcome == Outcome.FAILED || outcome == Outcome.TIMED_OUT) {
      lastError =
          new RunnerStats.RunError(run.name, time.now(), summary(run, thrown), stack(thrown));
    }
  }

  /** A run that returned although it had been told to end has done its work, unless it was late. */
  private static Outcome outcome(Run run, @Nullable Throwable thrown) {
    Outcome forced = run.forced;
    if (thrown == null) {
      return forced == Outcome.TIMED_OUT ? Outcome.TIMED_OUT : Outcome.SUCCEEDED;
    }
    return forced == null ? Outcome.FAILED : forced;
  }

  private static String summary(Run run, @Nullable Throwable thrown) {
    return run.isInterrupted() || thrown == null
        ? run.reason()
        : shortened(text(thrown), MAX_SUMMARY);
  }

  /** An exception of the user's may fail to say anything. */
  static String text(Throwable thrown) {
    try {
      return String.valueOf(thrown);
    } catch (RuntimeException | Error e) {
      return thrown.getClass().getName();
    }
  }

  private static String stack(@Nullable Throwable thrown) {
    if (thrown == null) {
      return "";
    }
    var text = new StringWriter();
    try {
      thrown.printStackTrace(new PrintWriter(text));
    } catch (RuntimeException | Error e) {
      text.append(text(thrown));
    }
    return shortened(text.toString(), MAX_STACK);
  }

  private static String shortened(String text, int most) {
    return text.length() <= most
        ? text
        : text.substring(0, most) + "… (" + (text.length() - most) + " more)";
  }
}
