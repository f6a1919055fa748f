package dev.remuda.cli;

/** The server closed the connection: it has ended, or is handing over. */
final class ServerEndedException extends CommandException {
  private static final long serialVersionUID = 1L;

  ServerEndedException(String message, Throwable cause) {
    super(ExitStatus.TIMEOUT, message, cause);
  }
}
