package dev.remuda.protocol;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The adapters that the tests' class path installs, each for types of its own. */
final class SampleAdapters {
  private SampleAdapters() {}

  /** A class as users have them: no record, and a number that nobody here knows. */
  static class Money extends Number {
    private static final long serialVersionUID = 1L;

    final BigDecimal amount;

    Money(String amount) {
      this.amount = new BigDecimal(amount);
    }

    @Override
    public int intValue() {
      return amount.intValue();
    }

    @Override
    public long longValue() {
      return amount.longValue();
    }

    @Override
    public float floatValue() {
      return amount.floatValue();
    }

    @Override
    public double doubleValue() {
      return amount.doubleValue();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Money that && amount.equals(that.amount);
    }

    @Override
    public int hashCode() {
      return amount.hashCode();
    }

    @Override
    public String toString() {
      return "Money " + amount;
    }
  }

  static final class Cash extends Money {
    private static final long serialVersionUID = 1L;

    Cash(String amount) {
      super(amount);
    }
  }

  record Wallet(String owner, Money content, List<Money> coins) {}

  public static final class OfMoney implements TypeAdapter {
    @Override
    public boolean takes(Type type) {
      return type instanceof Class<?> c && Money.class.isAssignableFrom(c);
    }

    @Override
    public Object read(Type type, Object wire) {
      if (wire instanceof String text && text.endsWith(" EUR")) {
        return new Money(text.substring(0, text.length() - 4));
      }
      throw new IllegalArgumentException("no money");
    }

    @Override
    public Object write(Object value) {
      return ((Money) value).amount + " EUR";
    }
  }

  /** A generic class. */
  static final class Span<T> {
    final @Nullable T from;
    final @Nullable T to;

    Span(@Nullable T from, @Nullable T to) {
      this.from = from;
      this.to = to;
    }

    @Override
    public String toString() {
      return from + " to " + to;
    }
  }

  record Booking<T>(Span<T> when, Span<List<T>[]> rest) {}

  public static final class OfSpan implements TypeAdapter {
    @Override
    public boolean takes(Type type) {
      return type == Span.class
          || (type instanceof ParameterizedType generic && generic.getRawType() == Span.class);
    }

    @Override
    public Object read(Type type, Object wire) {
      WireType end = WireType.of(((ParameterizedType) type).getActualTypeArguments()[0]);
      return new Span<>(end.read(((List<?>) wire).get(0)), end.read(((List<?>) wire).get(1)));
    }

    @Override
    public List<@Nullable Object> write(Object value) {
      return java.util.Arrays.asList(((Span<?>) value).from, ((Span<?>) value).to);
    }
  }

  sealed interface Figure permits Disc, Square {}

  record Disc(int radius) implements Figure {}

  record Square(int side) implements Figure {}

  /** Marks which of a closed set of records it is. */
  public static final class OfFigure implements TypeAdapter {
    @Override
    public boolean takes(Type type) {
      return type instanceof Class<?> c && Figure.class.isAssignableFrom(c);
    }

    @Override
    public Object read(Type type, Object wire) {
      return switch (wire) {
        case Map<?, ?> map when map.get("disc") instanceof Long radius ->
            new Disc(radius.intValue());
        case Map<?, ?> map when map.get("square") instanceof Long side ->
            new Square(side.intValue());
        default -> throw new IllegalArgumentException("neither disc nor square");
      };
    }

    @Override
    public Map<String, Integer> write(Object value) {
      return switch ((Figure) value) {
        case Disc disc -> Map.of("disc", disc.radius());
        case Square square -> Map.of("square", square.side());
      };
    }
  }

  /** A class of the platform. */
  public static final class OfCurrency implements TypeAdapter {
    @Override
    public boolean takes(Type type) {
      return type == Currency.class;
    }

    @Override
    public Object read(Type type, Object wire) {
      return Currency.getInstance((String) wire);
    }

    @Override
    public Object write(Object value) {
      return ((Currency) value).getCurrencyCode();
    }
  }

  static final class Rude {}

  static final class Ruder {}

  static final class Deadly {}

  static final class Lied {}

  /** Throws wherever it can, or gives something else than it was asked for. */
  public static final class Failing implements TypeAdapter {
    @Override
    public boolean takes(Type type) {
      if (type == Ruder.class) {
        throw new IllegalStateException("takes failed");
      }
      return type == Rude.class || type == Deadly.class || type == Lied.class;
    }

    @Override
    @SuppressWarnings("NullAway") // a user's code may break any promise
    public Object read(Type type, Object wire) throws Exception {
      if (type == Deadly.class) {
        throw new OutOfMemoryError("of the adapter");
      } else if (type == Lied.class) {
        return wire.equals("null") ? null : wire;
      }
      throw new java.io.IOException("read\nfailed: " + "x".repeat(1_000_000));
    }

    @Override
    public Object write(Object value) {
      if (value instanceof Deadly) {
        throw new OutOfMemoryError("of the adapter");
      }
      throw new NoClassDefFoundError("write failed");
    }
  }

  static final class Self {}

  /** Gives what it was given. */
  public static final class Endless implements TypeAdapter {
    @Override
    public boolean takes(Type type) {
      return type == Self.class;
    }

    @Override
    public Object read(Type type, Object wire) {
      return new Self();
    }

    @Override
    public Object write(Object value) {
      return value;
    }
  }

  static final class Contested {}

  sealed interface Fought permits Prize {}

  record Prize(int x) implements Fought {}

  /** One of two that take the same. */
  public static class First implements TypeAdapter {
    @Override
    public boolean takes(Type type) {
      return type == Contested.class || type == Prize.class;
    }

    @Override
    public Object read(Type type, Object wire) {
      return new Contested();
    }

    @Override
    public Object write(Object value) {
      return "contested";
    }
  }

  public static final class Second extends First {}

  /** Takes nothing, and remembers what it was asked about. */
  public static final class Listening implements TypeAdapter {
    /** Names, as a class would keep its loader alive. */
    static final Set<String> ASKED = ConcurrentHashMap.newKeySet();

    @Override
    public boolean takes(Type type) {
      ASKED.add(type.getTypeName());
      return false;
    }

    @Override
    public Object read(Type type, Object wire) {
      throw new AssertionError(type);
    }

    @Override
    public Object write(Object value) {
      throw new AssertionError(value);
    }
  }
}
