package dev.remuda.client;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The worker did not answer within the call's deadline and was killed. */
public final class CallTimeoutException extends TaskException {
  private static final long serialVersionUID = 1L;

  private final String method;
  private final Duration queued;
  private final Duration running;
  private final @Nullable String threadDump;

  CallTimeoutException(
      String method,
      String worker,
      Duration queued,
      Duration running,
      @Nullable String threadDump,
      PoolStats counts,
      CallSite site) {
    super(
        method
            + " had no answer from "
            + worker
            + " within its deadline: queued "
            + queued.toMillis()
            + " ms, ran "
            + running.toMillis()
            + " ms, so the worker was killed "
            + counts
            + (threadDump == null
                ? "; it gave no thread dump"
                : "\nwhat the worker was doing:\n" + threadDump),
        site,
        null);
    this.method = method;
    this.queued = queued;
    this.running = running;
    this.threadDump = threadDump;
  }

  /** The method that was called. */
  public String method() {
    return method;
  }

  /** How long the call waited before a worker had it. */
  public Duration queued() {
    return queued;
  }

  /** How long the worker had it. */
  public Duration running() {
    return running;
  }

  /** What the worker's threads were doing just before it was killed, where it could still say. */
  public Optional<String> threadDump() {
    return Optional.ofNullable(threadDump);
  }
}
