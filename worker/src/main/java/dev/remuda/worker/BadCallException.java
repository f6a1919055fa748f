package dev.remuda.worker;

/** The caller asked for what this worker does not have; says what there is. */
final class BadCallException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadCallException(String message) {
    super(message);
  }

  BadCallException(String message, Throwable cause) {
    super(message, cause);
  }
}
