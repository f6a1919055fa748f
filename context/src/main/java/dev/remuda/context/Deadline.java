package dev.remuda.context;

import java.time.Duration;
import java.util.Optional;

/**
 * A moment by which an answer must be there. Code that runs {@link #during} one finds it by {@link
 * #current()}, and so do the calls that it makes: in a worker the deadline of the call that runs is
 * the current one, so that what it calls in turn inherits it. It crosses into the callbacks that
 * are {@linkplain Frame#wrap(Runnable) wrapped} meanwhile. Immutable; measured by {@link
 * System#nanoTime}, so that no clock that is set disturbs it.
 */
public final class Deadline {
  private static final FrameLocal<Deadline> CURRENT = FrameLocal.named("deadline");

  /** Longer ones are meant to be none at all, and clocks of 64 bits cannot count them. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private final long nanos;

  private Deadline(long nanos) {
    this.nanos = nanos;
  }

  /**
   * The moment after so much time; one that is not positive is over already.
   *
   * @throws IllegalArgumentException when it is more than 36,500 days
   */
  public static Deadline in(Duration left) {
    if (left.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("a deadline is at most in " + LONGEST + ", not " + left);
    }
    Duration bounded = left.isNegative() ? Duration.ZERO : left;
    return new Deadline(System.nanoTime() + bounded.toNanos());
  }

  /** The one that the running code is bound by, if any. */
  public static Optional<Deadline> current() {
    return CURRENT.get();
  }

  /** What is left of it; zero once it is over. */
  public Duration left() {
    return Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
  }

  /** True once nothing is left. */
  public boolean isOver() {
    return nanos - System.nanoTime() <= 0;
  }

  /** The moment itself, as {@link System#nanoTime} counts. */
  public long nanoTime() {
    return nanos;
  }

  /**
   * Runs {@code work} on this thread, bound by this deadline, or by the current one where that is
   * earlier. Nothing interrupts it: it is to look, and its calls do.
   *
   * @throws X what {@code work} throws
   */
  public <R, X extends Throwable> R during(ScopedValue.CallableOp<? extends R, X> work) throws X {
    Deadline outer = CURRENT.get().orElse(this);
    Deadline earlier = outer.nanos - nanos < 0 ? outer : this;
    return Frame.now().with(CURRENT, earlier).call(work);
  }

  @Override
  public String toString() {
    return "in " + left().toMillis() + " ms";
  }
}
