package dev.remuda.protocol;

import org.jspecify.annotations.Nullable;

/**
 * A Java value holds something that cannot travel.
 *
 * <p>The message says where and what, such as {@code $.items[2]: java.lang.Thread cannot be
 * written}. By then a part of the value has been written.
 */
public final class UnwritableValueException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String path;
  private final String typeName;

  UnwritableValueException(Trail trail, Class<?> type, String problem, @Nullable Throwable cause) {
    super(trail + ": " + problem, cause);
    this.path = trail.toString();
    this.typeName = type.getTypeName();
  }

  /** For text that JSON cannot hold; the streaming library does not say where. */
  UnwritableValueException(String problem, Throwable cause) {
    super("$: " + problem, cause);
    this.path = "$";
    this.typeName = String.class.getName();
  }

  /** Where in the value, such as {@code $.items[2]}; {@code $} is the whole. */
  public String path() {
    return path;
  }

  /** The name of the class whose instance could not be written. */
  public String typeName() {
    return typeName;
  }
}
