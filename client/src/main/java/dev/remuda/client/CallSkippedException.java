package dev.remuda.client;

/**
 * An earlier call of the same checkout came to a bad end, and so this one has no result. It was not
 * run, unless it had been sent ahead to a worker that was lost: see {@link #mayHaveRun}.
 */
public final class CallSkippedException extends TaskException {
  private static final long serialVersionUID = 1L;

  private final boolean mayHaveRun;

  CallSkippedException(String method, Throwable earlier, boolean mayHaveRun, CallSite site) {
    super(
        method
            + " was skipped: an earlier call of its checkout failed"
            + (mayHaveRun ? "; it had been sent already, and may have run" : ""),
        site,
        earlier);
    this.mayHaveRun = mayHaveRun;
  }

  /**
   * Whether it had been sent when its worker or the connection was lost: an answer to the calls
   * before it may have been on its way.
   */
  public boolean mayHaveRun() {
    return mayHaveRun;
  }
}
