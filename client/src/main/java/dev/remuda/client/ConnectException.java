package dev.remuda.client;

import java.time.Duration;

/** No server could be reached within the call's deadline; the call was never sent. */
public final class ConnectException extends TaskException {
  private static final long serialVersionUID = 1L;

  private final Duration queued;

  ConnectException(
      String method, Duration queued, PoolStats counts, String trouble, CallSite site) {
    super(method + " waited " + queued.toMillis() + " ms: " + trouble + " " + counts, site, null);
    this.queued = queued;
  }

  /** How long the call waited. */
  public Duration queued() {
    return queued;
  }
}
