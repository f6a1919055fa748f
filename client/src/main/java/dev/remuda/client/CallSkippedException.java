package dev.remuda.client;

/** An earlier call of the same checkout came to a bad end, so this one was not run. */
public final class CallSkippedException extends TaskException {
  private static final long serialVersionUID = 1L;

  CallSkippedException(String method, Throwable earlier, CallSite site) {
    super(method + " was skipped: an earlier call of its checkout failed", site, earlier);
  }
}
