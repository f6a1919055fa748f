package dev.remuda.worker;

/** What a connection tells whoever runs it: that a checkout is over, or that all is. */
interface WorkerEnd {
  /**
   * Ends it. A process does not return from this; a thread cannot be ended, so there the connection
   * is closed and its code is left behind.
   */
  void now(int status);

  /** Says why, where its user looks for that; blocks a second at the most. */
  void say(String text);

  /** Whether this process is the worker's own, and ends with it. */
  default boolean ownsProcess() {
    return true;
  }

  /** A checkout on which something was called is over; so many were. */
  default void released(int checkouts) {}

  /** The process's own end. */
  WorkerEnd PROCESS =
      new WorkerEnd() {
        @Override
        public void now(int status) {
          ProcessExit.now(status);
        }

        @Override
        public void say(String text) {
          LastWords.say(text);
        }
      };
}
