package dev.remuda.context;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The frames in which an error came up, innermost first, each with its name and the source line
 * where it was made. It is added to the error as a suppressed one, so that it is printed with it;
 * it is never thrown.
 */
public final class FrameTrace extends Throwable {
  static final int MAX_CAUSES = 16;

  private static final long serialVersionUID = 1L;

  /** The chain of a frame, for an error that is still to be made. */
  public FrameTrace(Frame frame) {
    super("the frames it came up in", null, false, true);
    setStackTrace(elements(frame).toArray(StackTraceElement[]::new));
  }

  /** The trace that an error carries, or one that caused it, if any. */
  public static Optional<FrameTrace> of(Throwable error) {
    Throwable each = error;
    for (int depth = 0; each != null && depth < MAX_CAUSES; depth++) {
      FrameTrace own =
          each instanceof Carrier carrier
              ? carrier.frameTrace().orElse(null)
              : suppressedIn(each, MAX_CAUSES);
      if (own != null) {
        return Optional.of(own);
      }
      each = each.getCause();
    }
    return Optional.empty();
  }

  private static @Nullable FrameTrace suppressedIn(Throwable error, int depth) {
    for (Throwable each : error.getSuppressed()) {
      if (each instanceof FrameTrace trace) {
        return trace;
      }
      FrameTrace inner = depth > 0 ? suppressedIn(each, depth - 1) : null;
      if (inner != null) {
        return inner;
      }
    }
    return null;
  }

  /** The one that the error carries, or that of {@code frame}, which it carries from now on. */
  static FrameTrace attached(Throwable error, Frame frame) {
    Optional<FrameTrace> earlier = of(error);
    if (earlier.isPresent()) {
      return earlier.get();
    }
    var trace = new FrameTrace(frame);
    error.addSuppressed(trace);
    return trace;
  }

  /** The frames as elements of a stack; their names stand in the place of classes. */
  static List<StackTraceElement> elements(Frame innermost) {
    var elements = new ArrayList<StackTraceElement>();
    for (Frame frame : innermost.frames()) {
      elements.add(element(frame.name(), frame.place().orElse(null)));
    }
    if (innermost.cut() > 0) {
      elements.add(new StackTraceElement(innermost.cut() + " more frames", "not kept", null, -1));
    }
    return elements;
  }

  private static StackTraceElement element(String name, @Nullable StackTraceElement place) {
    String shown = name.equals(Frame.ANONYMOUS) ? name : "frame '" + Shown.line(name) + '\'';
    return place == null
        ? new StackTraceElement(shown, "unknown", null, -1)
        : new StackTraceElement(
            shown + " in " + place.getClassName(),
            place.getMethodName(),
            place.getFileName(),
            place.getLineNumber());
  }

  /** An error that knows by itself in which frames it came up. */
  public interface Carrier {
    /** The frames, where there were any. */
    Optional<FrameTrace> frameTrace();
  }

  /** The frames, innermost first. */
  public List<StackTraceElement> frames() {
    return List.of(getStackTrace());
  }

  @Override
  @SuppressWarnings("OverrideThrowableToString") // it says what follows it in a printed trace
  public String toString() {
    return String.valueOf(getMessage());
  }
}
