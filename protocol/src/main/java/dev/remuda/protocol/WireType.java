package dev.remuda.protocol;

import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * How values of one declared Java type are made from wire values.
 *
 * <p>A wire value is null, a {@link Boolean}, a {@link Long} (any integer of 64 bits), a {@link
 * java.math.BigInteger} (a larger one), a {@link Double}, a {@link java.math.BigDecimal} (a decimal
 * that a double would not hold), a {@link String}, a {@link java.util.List} of wire values or a
 * {@link java.util.Map} from String to wire values.
 *
 * <p>Only the classes that the declared type names are ever instantiated, and those only when they
 * can have no subclass of the peer's choosing: nothing on the wire names a class. Lists, sets and
 * maps come as modifiable copies in the order of the wire. {@code Object} stands for the wire value
 * itself.
 *
 * <p>A {@link TypeAdapter} of the user's may add types; it is asked for those only that are not
 * known here, and what it makes must be of the declared type.
 *
 * <p>As dynamic peers mix them up, a numeral in a string is taken for a number, a number for a
 * string, and {@code 0}, {@code 1}, {@code ""} and null for a boolean. Numbers past 10,000 digits
 * (or zeros) are refused. The depth of a wire value is bounded by whoever parsed it.
 *
 * <p>Instances are immutable and safe for use by many threads; nothing here blocks.
 */
public final class WireType {
  private final ResolvedType type;
  private final Kind kind;

  private WireType(ResolvedType type, Kind kind) {
    this.type = type;
    this.kind = kind;
  }

  /**
   * Finds how to make values of a type, such as a method's generic parameter or return type.
   *
   * @throws IllegalArgumentException if the type, or one inside it, cannot travel; the message
   *     names both
   */
  public static WireType of(Type declared) {
    ResolvedType type = ResolvedType.of(declared);
    return new WireType(type, new KindFinder(type).find());
  }

  /**
   * Makes a value of the declared type; a primitive one comes boxed.
   *
   * @throws ConversionException if the wire value does not fit, naming the place inside it
   */
  public @Nullable Object read(@Nullable Object wire) {
    return kind.read(wire, new Trail());
  }

  /** The declared type, as Java writes it. */
  @Override
  public String toString() {
    return type.toString();
  }
}
