package dev.remuda.context;

import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Where running code stands in a distributed trace, as W3C Trace Context writes it. Code that runs
 * {@link #during} one finds it by {@link #current()}; calls carry it to their workers, whose log
 * lines have its trace id.
 *
 * @param value the {@code traceparent}: {@code 00-TRACE-PARENT-FLAGS}, in lower-case hexadecimal
 * @param state the {@code tracestate} that came with it, which is passed on as it is
 */
public record TraceParent(String value, @Nullable String state) {
  private static final FrameLocal<TraceParent> CURRENT = FrameLocal.named("traceparent");
  private static final int LENGTH = 55;
  private static final int MAX_STATE = 512;

  /**
   * Refuses what is no trace parent.
   *
   * @throws IllegalArgumentException naming what it was given
   */
  public TraceParent {
    if (!isWellFormed(value)) {
      throw new IllegalArgumentException(
          "a traceparent is 00-TRACE-PARENT-FLAGS, not " + Shown.line(value));
    }
    if (state != null && !isState(state)) {
      throw new IllegalArgumentException(
          "a tracestate is printable ASCII of at most "
              + MAX_STATE
              + " characters, not "
              + Shown.line(state));
    }
  }

  /** What came from outside; nothing where it is no trace parent. A bad state is left out. */
  public static Optional<TraceParent> parse(@Nullable String value, @Nullable String state) {
    return value == null || !isWellFormed(value)
        ? Optional.empty()
        : Optional.of(new TraceParent(value, state == null || !isState(state) ? null : state));
  }

  /** The beginning of a new trace, marked as sampled. */
  public static TraceParent random() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    String trace = hex(random.nextLong() | 1) + hex(random.nextLong());
    return new TraceParent("00-" + trace + '-' + hex(random.nextLong() | 1) + "-01", null);
  }

  /** The one that the running code stands in, if any. */
  public static Optional<TraceParent> current() {
    return CURRENT.get();
  }

  /** The 32 digits that all of a trace has in common. */
  public String traceId() {
    return value.substring(3, 35);
  }

  /**
   * Runs {@code work} on this thread, within this trace.
   *
   * @throws X what {@code work} throws
   */
  public <R extends @Nullable Object, X extends Throwable> R during(
      ScopedValue.CallableOp<R, X> work) throws X {
    return Frame.now().with(CURRENT, this).call(work);
  }

  private static String hex(long number) {
    String digits = Long.toHexString(number);
    return "0".repeat(16 - digits.length()) + digits;
  }

  /** Later versions may have more behind; version ff is none. */
  private static boolean isWellFormed(String value) {
    boolean whole = value.length() == LENGTH;
    boolean longer =
        value.length() > LENGTH && value.length() < 2 * LENGTH && value.charAt(LENGTH) == '-';
    return (whole || (longer && !value.startsWith("00")))
        && !value.startsWith("ff")
        && isHex(value, 0, 2)
        && value.charAt(2) == '-'
        && isHex(value, 3, 35)
        && !isZero(value, 3, 35)
        && value.charAt(35) == '-'
        && isHex(value, 36, 52)
        && !isZero(value, 36, 52)
        && value.charAt(52) == '-'
        && isHex(value, 53, 55)
        && isPrintable(value);
  }

  private static boolean isHex(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  private static boolean isZero(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) != '0') {
        return false;
      }
    }
    return true;
  }

  private static boolean isState(String state) {
    return state.length() <= MAX_STATE && isPrintable(state);
  }

  private static boolean isPrintable(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
        return false;
      }
    }
    return true;
  }
}
