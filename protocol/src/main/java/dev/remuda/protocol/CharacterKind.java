package dev.remuda.protocol;

import org.jspecify.annotations.Nullable;

/** char and its box: a string of one UTF-16 unit, or a digit. */
record CharacterKind(boolean primitive) implements Kind {

  @Override
  public @Nullable Object read(@Nullable Object wire, Trail trail) {
    if (wire == null && !primitive) {
      return null;
    } else if (wire instanceof String text && text.length() == 1) {
      return text.charAt(0);
    } else if (wire instanceof Long digit && digit >= 0 && digit <= 9) {
      return (char) ('0' + digit.intValue());
    }
    throw ConversionException.mismatch(trail, "string of one character", wire);
  }
}
