package dev.remuda.context;

/**
 * There is no value, since the code that owed one has failed, and a handler of its frame took care
 * of that. No handler hears of this one; the error itself is its cause.
 */
public final class HandledException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  HandledException(Frame frame, Throwable handled) {
    super(
        "a handler took the error of frame " + frame + ", so there is no value",
        handled,
        true,
        false);
  }
}
