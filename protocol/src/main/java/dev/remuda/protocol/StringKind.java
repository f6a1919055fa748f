package dev.remuda.protocol;

import org.jspecify.annotations.Nullable;

/** String and CharSequence; a number is written out. */
record StringKind() implements Kind {

  @Override
  public @Nullable Object read(@Nullable Object wire, Trail trail) {
    if (wire == null || wire instanceof String) {
      return wire;
    } else if (wire instanceof Long) {
      return wire.toString();
    } else if (wire instanceof Number && Decimals.toDecimal(wire) != null) {
      return wire.toString();
    }
    throw ConversionException.mismatch(trail, "string", wire);
  }
}
