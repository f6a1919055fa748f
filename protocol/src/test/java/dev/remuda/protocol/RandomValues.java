package dev.remuda.protocol;

import dev.remuda.protocol.SampleAdapters.Money;
import dev.remuda.protocol.Samples.Level;
import dev.remuda.protocol.Samples.Page;
import java.lang.reflect.Array;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Random types that can travel, values of them, and random wire values; repeatable by the seed. */
final class RandomValues {
  private static final List<String> ZONES = List.copyOf(ZoneId.getAvailableZoneIds());

  private final Random random;
  private final Map<Class<?>, Supplier<Object>> scalars = new LinkedHashMap<>();
  private final List<Class<?>> scalarTypes;

  RandomValues(long seed) {
    random = new Random(seed);
    numbers();
    texts();
    dates();
    times();
    scalarTypes = List.copyOf(scalars.keySet());
  }

  private void numbers() {
    scalars.put(boolean.class, random::nextBoolean);
    scalars.put(Boolean.class, random::nextBoolean);
    scalars.put(byte.class, () -> (byte) random.nextInt());
    scalars.put(Byte.class, () -> (byte) random.nextInt());
    scalars.put(short.class, () -> (short) random.nextInt());
    scalars.put(Short.class, () -> (short) random.nextInt());
    scalars.put(int.class, random::nextInt);
    scalars.put(Integer.class, random::nextInt);
    scalars.put(long.class, this::anyLong);
    scalars.put(Long.class, this::anyLong);
    scalars.put(float.class, this::anyFloat);
    scalars.put(Float.class, this::anyFloat);
    scalars.put(double.class, this::anyDouble);
    scalars.put(Double.class, this::anyDouble);
    scalars.put(BigInteger.class, () -> new BigInteger(random.nextInt(300), random).negate());
    scalars.put(BigDecimal.class, this::anyDecimal);
    scalars.put(OptionalInt.class, () -> OptionalInt.of(random.nextInt()));
    scalars.put(OptionalLong.class, () -> OptionalLong.of(anyLong()));
    scalars.put(OptionalDouble.class, () -> OptionalDouble.of(anyDouble()));
    scalars.put(Money.class, () -> new Money(anyDecimal().toString()));
  }

  private void texts() {
    scalars.put(String.class, this::anyText);
    scalars.put(char.class, () -> (char) random.nextInt(Character.MIN_SURROGATE));
    scalars.put(Character.class, () -> (char) random.nextInt(Character.MIN_SURROGATE));
    scalars.put(Level.class, () -> random.nextBoolean() ? Level.LOW : Level.HIGH);
    scalars.put(DayOfWeek.class, () -> DayOfWeek.of(1 + random.nextInt(7)));
    scalars.put(Month.class, () -> Month.of(1 + random.nextInt(12)));
    scalars.put(UUID.class, () -> new UUID(anyLong(), anyLong()));
    scalars.put(Path.class, () -> Path.of("/" + anyText().replace('\0', '/')));
    scalars.put(URI.class, () -> URI.create("x:" + Long.toHexString(anyLong()) + "?q=λ#f"));
    scalars.put(byte[].class, this::anyBytes);
    scalars.put(int[].class, () -> random.ints(random.nextInt(5)).toArray());
    scalars.put(double[].class, () -> random.doubles(random.nextInt(5)).toArray());
  }

  private void dates() {
    scalars.put(LocalDate.class, this::anyDate);
    scalars.put(LocalDateTime.class, () -> LocalDateTime.of(anyDate(), anyTime()));
    scalars.put(OffsetDateTime.class, () -> OffsetDateTime.of(anyDate(), anyTime(), anyOffset()));
    scalars.put(ZonedDateTime.class, () -> anyInstant().atZone(anyZone()));
    scalars.put(Instant.class, this::anyInstant);
    scalars.put(Year.class, () -> Year.from(anyDate()));
    scalars.put(YearMonth.class, () -> YearMonth.from(anyDate()));
    scalars.put(MonthDay.class, () -> MonthDay.from(anyDate()));
    scalars.put(
        Period.class, () -> Period.of(random.nextInt(), random.nextInt(), random.nextInt()));
  }

  private void times() {
    scalars.put(LocalTime.class, this::anyTime);
    scalars.put(OffsetTime.class, () -> OffsetTime.of(anyTime(), anyOffset()));
    scalars.put(ZoneOffset.class, this::anyOffset);
    scalars.put(ZoneId.class, this::anyZone);
    scalars.put(Duration.class, () -> Duration.ofSeconds(anyLong(), random.nextInt(1_000_000_000)));
  }

  /** A type with so many levels of containers at the most. */
  Type type(int depth) {
    Class<?> scalar = scalarTypes.get(random.nextInt(scalarTypes.size()));
    return switch (depth == 0 ? 9 : random.nextInt(10)) {
      case 0 -> generic(List.class, boxed(type(depth - 1)));
      case 1 -> generic(Set.class, boxed(type(depth - 1)));
      case 2 -> new GenericType(Map.class, List.of(String.class, boxed(type(depth - 1))));
      case 3 -> generic(Optional.class, solid(depth - 1));
      case 4 -> generic(Page.class, boxed(type(depth - 1)));
      case 5 -> scalar.arrayType();
      default -> scalar;
    };
  }

  private static Type generic(Class<?> raw, Type argument) {
    return new GenericType(raw, List.of(argument));
  }

  private static Type boxed(Type type) {
    return type instanceof Class<?> c && c.isPrimitive()
        ? java.lang.invoke.MethodType.methodType(c).wrap().returnType()
        : type;
  }

  /** No optional, as an empty one inside another is null as the other is. */
  private Type solid(int depth) {
    Type type = boxed(type(depth));
    while (type.getTypeName().startsWith("java.util.Optional")) {
      type = boxed(type(depth));
    }
    return type;
  }

  Object value(Type type) {
    if (type instanceof GenericType generic) {
      Type last = generic.arguments().getLast();
      return switch (generic.raw().getSimpleName()) {
        case "List" -> new ArrayList<>(values(last));
        case "Set" -> new LinkedHashSet<>(values(last));
        case "Map" -> map(last);
        case "Optional" -> random.nextBoolean() ? Optional.empty() : Optional.of(value(last));
        case "Page" -> new Page<>(values(last), orNull(last));
        default -> throw new AssertionError(generic);
      };
    }
    Supplier<Object> scalar = scalars.get(type);
    return scalar != null ? scalar.get() : array(((Class<?>) type).getComponentType());
  }

  private List<@Nullable Object> values(Type type) {
    var values = new ArrayList<@Nullable Object>();
    for (int i = random.nextInt(5); i > 0; i--) {
      values.add(orNull(type));
    }
    return values;
  }

  private @Nullable Object orNull(Type type) {
    boolean optional = type.getTypeName().startsWith("java.util.Optional");
    return optional || random.nextInt(8) > 0 ? value(type) : null;
  }

  private Map<String, @Nullable Object> map(Type type) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    for (Object value : values(type)) {
      map.put(anyText(), value);
    }
    return map;
  }

  private Object array(Class<?> component) {
    Object array = Array.newInstance(component, random.nextInt(4));
    for (int i = 0; i < Array.getLength(array); i++) {
      Array.set(array, i, value(component));
    }
    return array;
  }

  /** A wire value; its texts are often what some type would take. */
  @Nullable Object wire(int depth) {
    return switch (random.nextInt(depth == 0 ? 8 : 10)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> anyLong();
      case 3 -> anyDouble();
      case 4 -> random.nextInt(2) == 0 ? (Object) (long) random.nextInt(3) : anyText();
      case 5, 6, 7 ->
          spoilt(String.valueOf(value(scalarTypes.get(random.nextInt(scalarTypes.size())))));
      case 8 -> wireList(depth - 1);
      default -> wireMap(depth - 1);
    };
  }

  private List<@Nullable Object> wireList(int depth) {
    var list = new ArrayList<@Nullable Object>();
    for (int i = random.nextInt(4); i > 0; i--) {
      list.add(wire(depth));
    }
    return list;
  }

  private Map<String, @Nullable Object> wireMap(int depth) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    for (int i = random.nextInt(4); i > 0; i--) {
      map.put(random.nextBoolean() ? "items" : anyText(), wire(depth));
    }
    return map;
  }

  /** Now and then with one character too few, or another. */
  private String spoilt(String text) {
    if (text.isEmpty() || random.nextInt(3) > 0) {
      return text;
    }
    int at = random.nextInt(text.length());
    String middle = random.nextBoolean() ? "" : "" + (char) (' ' + random.nextInt(95));
    String spoilt = text.substring(0, at) + middle + text.substring(at + 1);
    return Surrogates.unpaired(spoilt) < 0 ? spoilt : text;
  }

  private long anyLong() {
    return random.nextLong() >> random.nextInt(64);
  }

  private double anyDouble() {
    double any = Double.longBitsToDouble(random.nextLong());
    return Double.isFinite(any) ? any : random.nextGaussian();
  }

  private float anyFloat() {
    float any = Float.intBitsToFloat(random.nextInt());
    return Float.isFinite(any) ? any : random.nextFloat();
  }

  private BigDecimal anyDecimal() {
    return new BigDecimal(new BigInteger(random.nextInt(200), random), random.nextInt(80) - 40);
  }

  private String anyText() {
    var text = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      int bound = random.nextInt(3) == 0 ? Character.MAX_CODE_POINT : 0x100;
      int point = random.nextInt(bound);
      boolean half = point <= Character.MAX_SURROGATE && point >= Character.MIN_SURROGATE;
      text.appendCodePoint(half ? 'x' : point);
    }
    return text.toString();
  }

  private byte[] anyBytes() {
    byte[] bytes = new byte[random.nextInt(20)];
    random.nextBytes(bytes);
    return bytes;
  }

  private LocalDate anyDate() {
    long days = (long) (random.nextDouble() * LocalDate.MAX.toEpochDay());
    return LocalDate.ofEpochDay((days >> random.nextInt(30)) * (random.nextBoolean() ? 1 : -1));
  }

  private LocalTime anyTime() {
    long nanos = random.nextLong(LocalTime.MAX.toNanoOfDay());
    return LocalTime.ofNanoOfDay(
        random.nextBoolean() ? nanos : nanos / 60_000_000_000L * 60_000_000_000L);
  }

  private ZoneOffset anyOffset() {
    return ZoneOffset.ofTotalSeconds(random.nextInt(2 * 64_800 + 1) - 64_800);
  }

  private ZoneId anyZone() {
    return random.nextInt(4) == 0
        ? anyOffset()
        : ZoneId.of(ZONES.get(random.nextInt(ZONES.size())));
  }

  private Instant anyInstant() {
    return Instant.ofEpochSecond(
        LocalDateTime.of(anyDate(), anyTime()).toEpochSecond(ZoneOffset.UTC) / 2,
        random.nextInt(1_000_000_000));
  }
}
