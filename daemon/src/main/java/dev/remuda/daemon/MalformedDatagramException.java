package dev.remuda.daemon;

/** A datagram is not what was expected. Thrown by handlers only, to have it counted. */
public final class MalformedDatagramException extends Exception {
  /** What is wrong with it. */
  public MalformedDatagramException(String message) {
    super(message, null, false, false); // forged ones may come by the thousand
  }
}
