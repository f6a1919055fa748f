package dev.remuda.context;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The frames in which an error came up, innermost first, each with its name and the source line
 * where it was made. It is added to the error as a suppressed one, so that it is printed with it;
 * it is never thrown.
 */
public final class FrameTrace extends Throwable {
  /** How many errors are looked at that hang together. */
  static final int MAX_CAUSES = 100;

  private static final long serialVersionUID = 1L;

  /** The chain of a frame, for an error that is still to be made. */
  public FrameTrace(Frame frame) {
    super("the frames it came up in", null, false, true);
    setStackTrace(elements(frame).toArray(StackTraceElement[]::new));
  }

  /** The trace that an error carries, or one that caused it or that it suppressed, if any. */
  public static Optional<FrameTrace> of(Throwable error) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Throwable> next = new ArrayDeque<>();
    next.add(error);
    while (!next.isEmpty() && seen.size() < MAX_CAUSES) {
      Throwable each = next.remove();
      if (each instanceof FrameTrace trace) {
        return Optional.of(trace);
      }
      if (seen.add(each)) {
        if (each instanceof Carrier carrier && carrier.frameTrace().isPresent()) {
          return carrier.frameTrace();
        }
        Collections.addAll(next, each.getSuppressed());
        if (each.getCause() != null) {
          next.add(each.getCause());
        }
      }
    }
    return Optional.empty();
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
