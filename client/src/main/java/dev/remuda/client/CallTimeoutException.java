package dev.remuda.client;

import java.time.Duration;
import java.util.Optional;

/** The worker did not answer within the call's deadline, and was ended. */
public final class CallTimeoutException extends TaskException {
  private static final long serialVersionUID = 1L;

  private final transient Autopsy autopsy;

  CallTimeoutException(String worker, Autopsy autopsy, PoolStats counts, CallSite site) {
    super(message(worker, autopsy, counts), site, null);
    this.autopsy = autopsy;
  }

  private static String message(String worker, Autopsy autopsy, PoolStats counts) {
    return autopsy.method()
        + " had no answer from "
        + worker
        + " within its deadline: queued "
        + autopsy.phases().queued().toMillis()
        + " ms, ran "
        + autopsy.phases().ran().toMillis()
        + " ms, so the worker was "
        + (autopsy.worker().isEmpty() ? "disconnected " : "killed ")
        + counts
        + autopsy
            .threadDump()
            .map(dump -> "\nwhat the worker was doing:\n" + dump)
            .orElse("; it gave no thread dump");
  }

  /** The method that was called. */
  public String method() {
    return autopsy.method();
  }

  /** How long the call waited before a worker had it. */
  public Duration queued() {
    return autopsy.phases().queued();
  }

  /** How long the worker had it. */
  public Duration running() {
    return autopsy.phases().ran();
  }

  /** What the worker's threads were doing just before it was killed, where it could still say. */
  public Optional<String> threadDump() {
    return autopsy.threadDump();
  }

  /** All that is known about the worker and its end. */
  public Autopsy autopsy() {
    return autopsy;
  }
}
