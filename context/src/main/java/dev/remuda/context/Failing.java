package dev.remuda.context;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** The way of an error through the frames. */
final class Failing {
  private Failing() {}

  /** To the nearest handler, and outward; returns when one took it, else throws it. */
  static void inCallback(Frame frame, Throwable error) {
    FrameTrace trace = trace(frame, error);
    Throwable last = error;
    for (Frame.Catcher next = frame.catcher(); next != null; next = next.outer()) {
      Throwable thrown = handle(next, last, trace);
      if (thrown == null) {
        return;
      }
      last = thrown;
    }
    Failing.<RuntimeException>raise(last);
  }

  /** To the frame's own handler, if any: whoever is around it is on the stack, and hears it so. */
  static void inBlock(Frame frame, Throwable error, boolean hasOwn) {
    FrameTrace trace = trace(frame, error);
    Frame.Catcher own = frame.catcher();
    Throwable thrown = hasOwn && own != null ? handle(own, error, trace) : error;
    if (thrown != null) {
      Failing.<RuntimeException>raise(thrown);
    }
  }

  /** Throws at once what is nobody's to handle. */
  private static FrameTrace trace(Frame frame, Throwable error) {
    if (error instanceof VirtualMachineError || isHandled(error)) {
      Failing.<RuntimeException>raise(error);
    }
    return FrameTrace.attached(error, frame);
  }

  /** Also as those hear it who wait for the future that owed the value. */
  private static boolean isHandled(Throwable error) {
    return error instanceof HandledException
        || ((error instanceof CompletionException || error instanceof ExecutionException)
            && error.getCause() instanceof HandledException);
  }

  private static @Nullable Throwable handle(
      Frame.Catcher catcher, Throwable error, FrameTrace trace) {
    try {
      catcher
          .around()
          .call(() -> {
            catcher.handler().handle(error, trace);
            return null;
          });
      return null;
    } catch (VirtualMachineError e) {
      throw e;
    } catch (Throwable thrown) {
      if (!isWithin(error, thrown)) {
        thrown.addSuppressed(error);
      }
      return thrown;
    }
  }

  /** Whether it is told already, as itself or as a cause. */
  @SuppressWarnings("ReferenceEquality") // throwables may call themselves equal
  private static boolean isWithin(Throwable error, Throwable thrown) {
    Throwable each = thrown;
    for (int depth = 0; each != null && depth < FrameTrace.MAX_CAUSES; depth++) {
      if (each == error) {
        return true;
      }
      each = each.getCause();
    }
    return false;
  }

  @SuppressWarnings("unchecked") // the compiler is told an untruth, so that nothing is wrapped
  private static <X extends Throwable> void raise(Throwable error) throws X {
    throw (X) error;
  }
}
