package dev.remuda.client;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The caller gave the call up, or its whole checkout; if it ran, its worker was killed. */
public final class CallCancelledException extends TaskException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Autopsy autopsy;

  CallCancelledException(String method, String reason, @Nullable Autopsy autopsy, CallSite site) {
    super(
        method
            + " was given up: "
            + reason
            + (autopsy == null ? "" : ", after " + autopsy.phases().ran().toMillis() + " ms"),
        site,
        null);
    this.autopsy = autopsy;
  }

  /** What is known about the worker that ran it; nothing if none did. */
  public Optional<Autopsy> autopsy() {
    return Optional.ofNullable(autopsy);
  }
}
