package dev.remuda.context;

import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where frames and logs are made, as source lines. To look at the stack costs a microsecond, so it
 * is done once for each lambda: its class belongs to one place in the source. A class with a name
 * may come from anywhere, and is looked for each time.
 */
final class Places {
  private static final int LOOKED_AT = 64;

  private static final Set<String> OURS =
      Set.of(
          Frame.class.getName(),
          FrameBuilder.class.getName(),
          Places.class.getName(),
          TaskLog.class.getName(),
          TaskLogBuilder.class.getName());

  private static final StackWalker WALKER = StackWalker.getInstance();

  private static final ClassValue<Place> BY_CLASS =
      new ClassValue<>() {
        @Override
        protected Place computeValue(Class<?> type) {
          boolean ofOnePlace = type.isHidden() || type.isAnonymousClass();
          return ofOnePlace ? new Place(true, present()) : new Place(false, null);
        }
      };

  private Places() {}

  private record Place(boolean fixed, @Nullable StackTraceElement line) {}

  /** The line that makes a frame for such code. */
  static @Nullable StackTraceElement of(Object code) {
    Place place = BY_CLASS.get(code.getClass());
    return place.fixed ? place.line : present();
  }

  /**
   * The line that called this package when {@code made} was made. To make one costs a fraction of a
   * look at the stack, so this is for what is asked for hardly ever.
   */
  static @Nullable StackTraceElement whereMade(Throwable made) {
    for (StackTraceElement frame : made.getStackTrace()) {
      if (isUsers(frame.getClassName())) {
        return frame;
      }
    }
    return null;
  }

  /** The line that has called this package, or the JDK on behalf of it. */
  static @Nullable StackTraceElement present() {
    return WALKER.walk(stack -> {
      Optional<StackWalker.StackFrame> users =
          stack.limit(LOOKED_AT).filter(frame -> isUsers(frame.getClassName())).findFirst();
      return users.map(StackWalker.StackFrame::toStackTraceElement).orElse(null);
    });
  }

  private static boolean isUsers(String className) {
    return !className.startsWith("java.")
        && !className.startsWith("jdk.")
        && !OURS.contains(outermost(className));
  }

  private static String outermost(String className) {
    int nested = className.indexOf('$');
    return nested < 0 ? className : className.substring(0, nested);
  }
}
