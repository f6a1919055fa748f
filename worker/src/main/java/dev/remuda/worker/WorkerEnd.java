package dev.remuda.worker;

/** How a worker ends at once, whatever its own code does. */
interface WorkerEnd {
  /**
   * Ends it. A process does not return from this; a thread cannot be ended, so there the connection
   * is closed and its code is left behind.
   */
  void now(int status);

  /** Says why, where its user looks for that; blocks a second at the most. */
  void say(String text);

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
