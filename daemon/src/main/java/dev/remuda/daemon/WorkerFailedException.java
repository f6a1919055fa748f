package dev.remuda.daemon;

import dev.remuda.client.TaskException;

/** A worker died, or was ended, with a message; the text is what is known of it. */
public final class WorkerFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  WorkerFailedException(TaskException failure, String autopsy) {
    super(failure.getMessage() + "\n" + autopsy);
    setStackTrace(failure.getStackTrace());
  }

  /** Without the class: it becomes a message's last error. */
  @Override
  @SuppressWarnings("OverrideThrowableToString") // the class would stand before what happened
  public String toString() {
    return String.valueOf(getMessage());
  }
}
