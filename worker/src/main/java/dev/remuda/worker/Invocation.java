package dev.remuda.worker;

import dev.remuda.context.Deadline;
import dev.remuda.context.TraceParent;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The served code of one call, under what came with the call: deadline, log, trace and progress.
 */
final class Invocation implements ScopedValue.CallableOp<@Nullable Object, Throwable> {
  /** A deadline cannot be later; one that is was meant to be none. */
  private static final long LONGEST_MILLIS = 36_500L * 24 * 60 * 60 * 1_000;

  private final ServedObject served;
  private final List<@Nullable Object> arguments;
  private final @Nullable CallProgress progress;
  private final @Nullable CallLog log;
  private final @Nullable TraceParent trace;

  Invocation(
      ServedObject served,
      List<@Nullable Object> arguments,
      @Nullable CallProgress progress,
      @Nullable CallLog log,
      @Nullable TraceParent trace) {
    this.served = served;
    this.arguments = arguments;
    this.progress = progress;
    this.log = log;
    this.trace = trace;
  }

  /** What it reports, where its caller asked for that. */
  @Nullable CallProgress progress() {
    return progress;
  }

  /** The name of the method, by convention the first argument. */
  String method() {
    return !arguments.isEmpty() && arguments.getFirst() instanceof String name ? name : "a call";
  }

  /**
   * Runs the code on this thread.
   *
   * @param millisLeft of the caller's deadline, counted from now; negative where there is none
   */
  @Nullable Object within(long millisLeft) throws Throwable {
    return millisLeft < 0 || millisLeft > LONGEST_MILLIS
        ? call()
        : Deadline.in(Duration.ofMillis(millisLeft)).during(this);
  }

  /** One binding after the other, each around the next. */
  @Override
  public @Nullable Object call() throws Throwable {
    if (log != null) {
      var inside = new Invocation(served, arguments, progress, null, trace);
      return log.isAsked() ? LogCapture.during(log, logged(log, inside)) : log.during(inside);
    } else if (trace != null) {
      return trace.during(new Invocation(served, arguments, progress, null, null));
    } else if (progress != null) {
      return ScopedValue.where(CallProgress.CURRENT, progress)
          .call(new Invocation(served, arguments, null, null, null));
    }
    return served.call(arguments);
  }

  private static ScopedValue.CallableOp<@Nullable Object, Throwable> logged(
      CallLog log, Invocation inside) {
    return () -> log.during(inside);
  }
}
