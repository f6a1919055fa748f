package dev.remuda.protocol;

import org.jspecify.annotations.Nullable;

/** The integers of at most 64 bits and their boxes, within their range. */
record IntegerKind(String name, long min, long max, boolean primitive) implements Kind {

  // They say Kind so that the verifier of KindFinder need not load this class for what it returns.

  static Kind ofByte(String name, boolean primitive) {
    return new IntegerKind(name, Byte.MIN_VALUE, Byte.MAX_VALUE, primitive);
  }

  static Kind ofShort(String name, boolean primitive) {
    return new IntegerKind(name, Short.MIN_VALUE, Short.MAX_VALUE, primitive);
  }

  static Kind ofInt(String name, boolean primitive) {
    return new IntegerKind(name, Integer.MIN_VALUE, Integer.MAX_VALUE, primitive);
  }

  static Kind ofLong(String name, boolean primitive) {
    return new IntegerKind(name, Long.MIN_VALUE, Long.MAX_VALUE, primitive);
  }

  @Override
  public @Nullable Object read(@Nullable Object wire, Trail trail) {
    if (wire == null && !primitive) {
      return null;
    }
    Long value = wire instanceof Long exact ? exact : Decimals.toLong(wire);
    if (value == null || value < min || value > max) {
      String range = name + " (" + min + " to " + max + ")";
      throw ConversionException.mismatch(trail, range, wire);
    }
    return box(value);
  }

  private Object box(Long value) {
    if (max == Long.MAX_VALUE) {
      return value;
    } else if (max == Integer.MAX_VALUE) {
      return value.intValue();
    } else if (max == Short.MAX_VALUE) {
      return value.shortValue();
    }
    return value.byteValue();
  }
}
