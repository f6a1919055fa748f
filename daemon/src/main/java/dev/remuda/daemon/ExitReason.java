package dev.remuda.daemon;

/** Why a daemon ended, and the exit status that says so. */
public enum ExitReason {
  /** It was told to end, and all that it did was done. */
  DRAINED(0, "all was done"),

  /** A part could not begin: a port in use, say. */
  START_FAILED(1, "it could not start"),

  /** Its settings cannot be. */
  MISCONFIGURED(2, "its settings cannot be"),

  /** It was told to end, and what was not done within the grace was cancelled. */
  CANCELLED(3, "the grace was over, and the rest was cancelled"),

  /** It was told to end, and left behind what did not react to being cancelled. */
  STUCK(4, "the grace was over, and something is stuck");

  private final int status;
  private final String text;

  ExitReason(int status, String text) {
    this.status = status;
    this.text = text;
  }

  /**
   * The exit status of {@link Daemon.Builder#run}. A second signal ends it with 128 and the
   * signal's number instead.
   */
  public int status() {
    return status;
  }

  @Override
  public String toString() {
    return text;
  }
}
