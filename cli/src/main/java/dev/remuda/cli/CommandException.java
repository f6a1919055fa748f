package dev.remuda.cli;

import org.jspecify.annotations.Nullable;

/** What ends a command: a message for its user, and the exit status. */
sealed class CommandException extends Exception permits ServerEndedException {
  private static final long serialVersionUID = 1L;

  private final int status;

  CommandException(int status, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  int status() {
    return status;
  }
}
