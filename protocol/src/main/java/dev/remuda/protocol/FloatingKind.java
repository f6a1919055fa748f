package dev.remuda.protocol;

import org.jspecify.annotations.Nullable;

/** double and float and their boxes: the nearest value to the number, which must be finite. */
record FloatingKind(String name, boolean wide, boolean primitive) implements Kind {

  @Override
  public @Nullable Object read(@Nullable Object wire, Trail trail) {
    if (wire == null && !primitive) {
      return null;
    }
    Double value = nearest(wire);
    if (value == null || !isFinite(value)) {
      throw ConversionException.mismatch(trail, "finite " + name, wire);
    }
    return wide ? value : (Object) value.floatValue();
  }

  private static @Nullable Double nearest(@Nullable Object wire) {
    if (wire instanceof Double exact) {
      return exact;
    } else if (wire instanceof Long integer) {
      return integer.doubleValue();
    }
    return Decimals.toDouble(wire);
  }

  private boolean isFinite(Double value) {
    return wide ? Double.isFinite(value) : Float.isFinite(value.floatValue());
  }
}
