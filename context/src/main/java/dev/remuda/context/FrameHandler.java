package dev.remuda.context;

/** What a frame does about an error in it, or in a callback that was wrapped in it. */
@FunctionalInterface
public interface FrameHandler {
  /**
   * Takes an error; runs on the thread on which the error came up, in the frame around the
   * handler's own. What it throws goes outward, to the next handler, with {@code error} among its
   * suppressed ones.
   *
   * @param error what was thrown last
   * @param trace the frames in which the first error came up
   */
  void handle(Throwable error, FrameTrace trace) throws Exception;
}
