package dev.remuda.protocol;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** OptionalInt, OptionalLong and OptionalDouble: null is an empty one. */
record PrimitiveOptionalKind(Kind value) implements Kind {

  @Override
  public Object read(@Nullable Object wire, Trail trail) {
    if (wire == null) {
      return empty();
    }
    Object number = value.read(wire, trail);
    if (number instanceof Integer integer) {
      return OptionalInt.of(integer);
    } else if (number instanceof Long integer) {
      return OptionalLong.of(integer);
    }
    return number instanceof Double floating ? OptionalDouble.of(floating) : empty();
  }

  private Object empty() {
    if (value instanceof FloatingKind) {
      return OptionalDouble.empty();
    }
    boolean large = value instanceof IntegerKind integer && integer.max() == Long.MAX_VALUE;
    return large ? OptionalLong.empty() : OptionalInt.empty();
  }
}
