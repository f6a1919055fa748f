package dev.remuda.protocol;

import org.jspecify.annotations.Nullable;

/**
 * A wire value does not fit the Java type that is to be made from it.
 *
 * <p>The message says where, what was expected and what was found, such as {@code $.lines[3].price:
 * expected int (-2147483648 to 2147483647), found string "cheap"}; the value is shortened to 80
 * characters.
 */
public final class ConversionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final int LONGEST_CAUSE = 300;

  private final String path;
  private final String expected;
  private final String found;

  private ConversionException(
      Trail trail, String expected, String found, @Nullable Throwable cause) {
    super(trail + ": expected " + expected + ", found " + found, cause);
    this.path = trail.toString();
    this.expected = expected;
    this.found = found;
  }

  static ConversionException mismatch(Trail trail, String expected, @Nullable Object wire) {
    return new ConversionException(trail, expected, Excerpt.of(wire), null);
  }

  static ConversionException mismatch(
      Trail trail, String expected, @Nullable Object wire, Throwable cause) {
    return new ConversionException(trail, expected, Excerpt.of(wire), bounded(cause));
  }

  static ConversionException missing(Trail trail, String expected) {
    return new ConversionException(trail, expected, "no such key", null);
  }

  static ConversionException refused(Trail trail, String expected, Throwable cause) {
    String reason = Excerpt.thrown(cause);
    return new ConversionException(trail, expected, "values that it refuses: " + reason, cause);
  }

  static ConversionException unadapted(
      Trail trail, String expected, Object wire, String outcome, @Nullable Throwable cause) {
    return new ConversionException(
        trail, expected, Excerpt.of(wire) + ", for which it " + outcome, cause);
  }

  /** None, where the platform quotes the whole value: the caller is sent the causes too. */
  private static @Nullable Throwable bounded(Throwable cause) {
    String message = cause.getMessage();
    return message != null && message.length() > LONGEST_CAUSE ? null : cause;
  }

  /** Where in the wire value, such as {@code $.lines[3].price}; {@code $} is the whole. */
  public String path() {
    return path;
  }

  /** What the declared type asks for there. */
  public String expected() {
    return expected;
  }

  /** What stood there instead, shortened. */
  public String found() {
    return found;
  }
}
