package dev.remuda.client;

import dev.remuda.context.Frame;
import dev.remuda.context.FrameTrace;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a call was made: its stack becomes that of the exception the caller gets, with the frames
 * behind it that were in force. A stack is dear, and most calls fail never: of a caller that waits
 * it is taken only when it is wanted, from the thread that stands there.
 */
final class CallSite extends Throwable {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Thread waiting;
  private final transient @Nullable Frame around;
  private final transient String frameName;
  private transient @Nullable Frame frame;
  private transient StackTraceElement @Nullable [] own;

  /** Where a checkout was taken, which is no call. */
  CallSite() {
    this(null, "", false);
  }

  /**
   * Where a call was made.
   *
   * @param around the frame that was in force
   * @param frameName what the frame of the call is called
   * @param waits whether the present thread waits there until the call is over
   */
  CallSite(@Nullable Frame around, String frameName, boolean waits) {
    super("the call was made here", null, false, !waits);
    this.waiting = waits ? Thread.currentThread() : null;
    this.around = around;
    this.frameName = frameName;
  }

  /** Its stack without our own frames on top, and the chain of frames. */
  StackTraceElement[] users() {
    StackTraceElement[] own = own();
    FrameTrace chain = frameTrace().orElse(null);
    if (chain == null) {
      return own;
    }
    StackTraceElement[] frames = chain.getStackTrace();
    StackTraceElement[] all = Arrays.copyOf(own, own.length + frames.length);
    System.arraycopy(frames, 0, all, own.length, frames.length);
    return all;
  }

  private StackTraceElement[] own() {
    if (own == null) {
      StackTraceElement[] all = waiting == null ? getStackTrace() : waiting.getStackTrace();
      int first = waiting == null ? 0 : entry(all);
      while (first < all.length && isOurs(all[first].getClassName())) {
        first++;
      }
      own = Arrays.copyOfRange(all, first, all.length);
    }
    return own;
  }

  /** Where the thread that waits came in: above it is how it waits. */
  private static int entry(StackTraceElement[] stack) {
    for (int i = 0; i < stack.length; i++) {
      if (stack[i].getClassName().equals(CallRecorder.class.getName())
          && stack[i].getMethodName().equals(CallRecorder.WAITING_METHOD)) {
        return i;
      }
    }
    return stack.length; // it waits no longer: nobody is there to be told
  }

  /** The call's own frame; only where one was in force around it. */
  Optional<Frame> frame() {
    Frame outer = around;
    if (frame == null && outer != null) {
      StackTraceElement[] own = own();
      // Made when it is needed: most calls fail never, and a stack is dear to look at.
      outer.in(() -> frame = own.length == 0 ? outer : Frame.of(frameName).at(own[0]).make());
    }
    return Optional.ofNullable(frame);
  }

  /** The frames that an error of the call came up in. */
  Optional<FrameTrace> frameTrace() {
    return frame().map(FrameTrace::new);
  }

  private static boolean isOurs(String className) {
    return className.startsWith("dev.remuda.client.")
        || className.startsWith("dev.remuda.context.")
        || className.startsWith("java.lang.ScopedValue")
        || className.startsWith("jdk.internal.vm.ScopedValue")
        || className.startsWith("dev.remuda.Pool")
        || className.startsWith("jdk.proxy")
        || className.startsWith("$Proxy");
  }
}
