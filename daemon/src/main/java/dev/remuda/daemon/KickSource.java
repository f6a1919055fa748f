package dev.remuda.daemon;

/** Where kicks of a kind that the daemon does not know come from. */
@FunctionalInterface
public interface KickSource {
  /**
   * Begins; may block for a moment.
   *
   * @param kick to be called whenever there is something to do, by any thread; does not block
   * @return ends it
   * @throws Exception when it cannot begin; then the daemon does not start
   */
  AutoCloseable start(Runnable kick) throws Exception;
}
