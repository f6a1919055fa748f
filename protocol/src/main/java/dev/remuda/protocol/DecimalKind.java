package dev.remuda.protocol;

import org.jspecify.annotations.Nullable;

/** Numbers of any size: BigInteger, BigDecimal and Number. */
record DecimalKind(Target target) implements Kind {

  enum Target {
    BIG_INTEGER("an integer"),
    BIG_DECIMAL("a number"),
    NUMBER("a number");

    private final String expected;

    Target(String what) {
      this.expected = what + " of at most " + Decimals.MAX_DIGITS + " digits";
    }
  }

  @Override
  public @Nullable Object read(@Nullable Object wire, Trail trail) {
    if (wire == null) {
      return null;
    }
    Number value = convert(wire);
    if (value == null) {
      throw ConversionException.mismatch(trail, target.expected, wire);
    }
    return value;
  }

  private @Nullable Number convert(Object wire) {
    return switch (target) {
      case BIG_INTEGER -> Decimals.toInteger(wire);
      case BIG_DECIMAL -> Decimals.toDecimal(wire);
      case NUMBER -> Decimals.toNumber(wire);
    };
  }
}
