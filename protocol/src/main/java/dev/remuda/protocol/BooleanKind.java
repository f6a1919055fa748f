package dev.remuda.protocol;

import org.jspecify.annotations.Nullable;

/** boolean and its box; also what a language without booleans sends for them. */
record BooleanKind(boolean primitive) implements Kind {

  @Override
  public @Nullable Object read(@Nullable Object wire, Trail trail) {
    if (wire instanceof Boolean) {
      return wire;
    } else if (wire == null) {
      return primitive ? Boolean.FALSE : null;
    } else if (isFalse(wire)) {
      return false;
    } else if (isTrue(wire)) {
      return true;
    }
    throw ConversionException.mismatch(trail, "boolean (or 0, 1, \"\")", wire);
  }

  private static boolean isFalse(Object wire) {
    return wire instanceof Long number ? number == 0 : wire.equals("") || wire.equals("0");
  }

  private static boolean isTrue(Object wire) {
    return wire instanceof Long number ? number == 1 : wire.equals("1");
  }
}
