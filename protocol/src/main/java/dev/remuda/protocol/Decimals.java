package dev.remuda.protocol;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * The slow way from wire values to numbers: out of strings, decimals and large integers.
 *
 * <p>Every method gives null for what is no such number. A number is bounded before anything is
 * computed from it, as {@code 1e999999999} is short to send and a gigabyte to write out.
 */
final class Decimals {
  /** The most digits, before and after the point, written out without an exponent. */
  static final int MAX_DIGITS = 10_000;

  private static final int MAX_BITS = 33_220;
  private static final int MAX_NUMERAL = MAX_DIGITS + 16;

  private Decimals() {}

  static @Nullable BigDecimal toDecimal(@Nullable Object wire) {
    if (wire instanceof Long integer) {
      return BigDecimal.valueOf(integer);
    } else if (wire instanceof BigDecimal decimal) {
      return bounded(decimal);
    } else if (wire instanceof BigInteger integer) {
      return bounded(new BigDecimal(integer));
    } else if (wire instanceof Double floating) {
      return Double.isFinite(floating) ? BigDecimal.valueOf(floating) : null;
    }
    return wire instanceof String text ? parse(text) : null;
  }

  static @Nullable Long toLong(@Nullable Object wire) {
    BigDecimal decimal = toDecimal(wire);
    try {
      return decimal == null ? null : (Long) decimal.longValueExact();
    } catch (ArithmeticException fractionOrTooLarge) {
      return null;
    }
  }

  static @Nullable BigInteger toInteger(@Nullable Object wire) {
    BigDecimal decimal = toDecimal(wire);
    try {
      return decimal == null ? null : decimal.toBigIntegerExact();
    } catch (ArithmeticException fraction) {
      return null;
    }
  }

  static @Nullable Double toDouble(@Nullable Object wire) {
    if (wire instanceof String text) {
      // Not by way of a decimal, which knows no negative zero.
      return parse(text) == null ? null : (Double) Double.parseDouble(text);
    }
    BigDecimal decimal = toDecimal(wire);
    return decimal == null ? null : (Double) decimal.doubleValue();
  }

  static @Nullable Number toNumber(@Nullable Object wire) {
    if (wire instanceof Number number) {
      return toDecimal(number) == null ? null : number;
    }
    BigDecimal decimal = toDecimal(wire);
    if (decimal == null || decimal.scale() != 0) {
      return decimal;
    }
    BigInteger integer = decimal.unscaledValue();
    return integer.bitLength() < Long.SIZE ? (Number) integer.longValue() : integer;
  }

  private static @Nullable BigDecimal parse(String text) {
    if (!isNumeral(text)) {
      return null;
    }
    try {
      return bounded(new BigDecimal(text));
    } catch (NumberFormatException noNumber) {
      return null;
    }
  }

  private static boolean isNumeral(String text) {
    if (text.isEmpty() || text.length() > MAX_NUMERAL) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean digit = c >= '0' && c <= '9';
      if (!digit && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
        return false;
      }
    }
    return true;
  }

  /** False for one whose digits no reader would take. */
  static boolean canTravel(BigDecimal decimal) {
    return decimal.unscaledValue().bitLength() <= MAX_BITS && decimal.precision() <= MAX_DIGITS;
  }

  private static @Nullable BigDecimal bounded(BigDecimal decimal) {
    long scale = decimal.scale();
    if (scale > MAX_DIGITS || decimal.unscaledValue().bitLength() > MAX_BITS) {
      return null;
    }
    long precision = decimal.precision();
    return precision > MAX_DIGITS || precision - scale > MAX_DIGITS ? null : decimal;
  }
}
