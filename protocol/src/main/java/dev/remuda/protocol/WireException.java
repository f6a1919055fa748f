package dev.remuda.protocol;

import java.nio.charset.StandardCharsets;

/** What a peer sent is no message of the protocol, or is past a limit; the connection must end. */
public final class WireException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN = 40;

  private final long offset;
  private final String firstBytes;
  private final boolean overLimit;

  WireException(String message, long offset, String firstBytes) {
    this(message, offset, firstBytes, false);
  }

  WireException(String message, long offset, String firstBytes, boolean overLimit) {
    super(message + " at byte " + offset + (firstBytes.isEmpty() ? "" : ": " + firstBytes));
    this.offset = offset;
    this.firstBytes = firstBytes;
    this.overLimit = overLimit;
  }

  /** True for a message past one of the {@link Limits}, false for what is no message at all. */
  public boolean isOverLimit() {
    return overLimit;
  }

  /** Where on the connection, in bytes from its start. */
  public long offset() {
    return offset;
  }

  /** The first bytes of the offending message, control characters and non-ASCII escaped. */
  public String firstBytes() {
    return firstBytes;
  }

  static String shown(byte[] bytes, int from, int to) {
    int end = Math.min(to, from + SHOWN);
    var text = new StringBuilder();
    for (char c : new String(bytes, from, end - from, StandardCharsets.ISO_8859_1).toCharArray()) {
      if (c >= ' ' && c < 0x7f) {
        text.append(c);
      } else {
        text.append("\\x").append(Character.forDigit(c >> 4, 16));
        text.append(Character.forDigit(c & 15, 16));
      }
    }
    return end < to ? text.append('…').toString() : text.toString();
  }
}
