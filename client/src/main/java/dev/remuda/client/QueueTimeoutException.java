package dev.remuda.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** No worker was to be had within the call's deadline; the call was never sent. */
public final class QueueTimeoutException extends TaskException {
  private static final long serialVersionUID = 1L;

  private final Duration queued;

  QueueTimeoutException(
      String method, Duration queued, PoolStats counts, @Nullable String trouble, CallSite site) {
    super(
        method
            + " waited "
            + queued.toMillis()
            + " ms for a worker and had none "
            + counts
            + (trouble == null ? "" : "; " + trouble),
        site,
        null);
    this.queued = queued;
  }

  /** How long the call waited. */
  public Duration queued() {
    return queued;
  }
}
