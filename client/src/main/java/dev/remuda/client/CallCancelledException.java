package dev.remuda.client;

/** The caller gave the call up; if it was running, its worker was killed. */
public final class CallCancelledException extends TaskException {
  private static final long serialVersionUID = 1L;

  CallCancelledException(String method, String reason, CallSite site) {
    super(method + " was given up: " + reason, site, null);
  }
}
