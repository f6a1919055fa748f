package dev.remuda.worker;

import dev.remuda.context.Deadline;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The served code of one call, under the deadline and the progress that came with the call. */
final class Invocation implements ScopedValue.CallableOp<@Nullable Object, Throwable> {
  /** A deadline cannot be later; one that is was meant to be none. */
  private static final long LONGEST_MILLIS = 36_500L * 24 * 60 * 60 * 1_000;

  private final ServedObject served;
  private final List<@Nullable Object> arguments;
  private final @Nullable CallProgress progress;

  Invocation(
      ServedObject served, List<@Nullable Object> arguments, @Nullable CallProgress progress) {
    this.served = served;
    this.arguments = arguments;
    this.progress = progress;
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

  @Override
  public @Nullable Object call() throws Throwable {
    return progress == null
        ? served.call(arguments)
        : ScopedValue.where(CallProgress.CURRENT, progress)
            .call(new Invocation(served, arguments, null));
  }
}
