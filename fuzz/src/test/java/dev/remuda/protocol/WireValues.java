package dev.remuda.protocol;

import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** When two wire values mean the same: {@code 1E+2}, {@code 100.0} and {@code 100} are a number. */
final class WireValues {
  private WireValues() {}

  static boolean same(@Nullable Object left, @Nullable Object right) {
    if (left instanceof Number one && right instanceof Number other) {
      return new BigDecimal(one.toString()).compareTo(new BigDecimal(other.toString())) == 0;
    }
    if (left instanceof List<?> some && right instanceof List<?> others) {
      Iterator<?> each = others.iterator();
      return some.size() == others.size() && some.stream().allMatch(one -> same(one, each.next()));
    }
    if (left instanceof Map<?, ?> some && right instanceof Map<?, ?> others) {
      return some.keySet().equals(others.keySet())
          && some.keySet().stream().allMatch(key -> same(some.get(key), others.get(key)));
    }
    return Objects.equals(left, right);
  }
}
