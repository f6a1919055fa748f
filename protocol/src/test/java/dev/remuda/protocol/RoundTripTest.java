package dev.remuda.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;

/** A failure names its seed; {@code -Dremuda.test.seed=N} runs that one again. */
@DisplayName("P.4: random values of random types")
class RoundTripTest {
  private static final int VALUES = 2_000;

  private final long seed = Long.getLong("remuda.test.seed", new Random().nextLong());
  private final RandomValues random = new RandomValues(seed);

  @RepeatedTest(4)
  @DisplayName("P.4 any value that can be written is read back equal, in one message with others")
  void valuesComeBack() {
    var writer = new MessageWriter(Limits.DEFAULTS);
    var reader = new MessageReader(Limits.DEFAULTS);
    for (int i = 0; i < VALUES; i++) {
      Type type = random.type(3);
      Object value = random.value(type);
      String which = "seed %d, value %d: %s of type %s".formatted(seed, i, normal(value), type);
      assertThat(there(type, value, writer, reader, which)).as(which).isEqualTo(normal(value));
    }
  }

  private static @Nullable Object there(
      Type type, Object value, MessageWriter writer, MessageReader reader, String which) {
    try {
      return normal(WireType.of(type).read(trip(writer, reader, value)));
    } catch (RuntimeException e) {
      throw new AssertionError(which, e);
    }
  }

  @RepeatedTest(4)
  @DisplayName("P.4 any wire value comes back the same, and is taken or refused by any type")
  void wireValuesAreTakenOrRefused() {
    var writer = new MessageWriter(Limits.DEFAULTS);
    var reader = new MessageReader(Limits.DEFAULTS);
    int taken = 0;
    for (int i = 0; i < VALUES; i++) {
      Object wire = random.wire(3);
      Type type = random.type(2);
      String which = "seed %d, value %d: %s for type %s".formatted(seed, i, wire, type);
      assertThat(trip(writer, reader, wire)).as(which).isEqualTo(wire);
      taken += isTaken(type, wire, which) ? 1 : 0;
    }
    assertThat(taken).as("seed %d", seed).isBetween(VALUES / 50, VALUES);
  }

  /** What was taken is a value that travels on unchanged; all else is one kind of exception. */
  private static boolean isTaken(Type type, @Nullable Object wire, String which) {
    Object value;
    try {
      value = WireType.of(type).read(wire);
    } catch (ConversionException refused) {
      assertThat(refused.getMessage()).as(which).hasSizeLessThan(1_500).doesNotContain("\n");
      return false;
    } catch (RuntimeException other) {
      throw new AssertionError(which, other);
    }
    try {
      String json = JsonText.write(value);
      assertThat(normal(WireJson.read(type, json))).as(which).isEqualTo(normal(value));
    } catch (RuntimeException e) {
      throw new AssertionError(which, e);
    }
    return true;
  }

  private static @Nullable Object trip(
      MessageWriter writer, MessageReader reader, @Nullable Object value) {
    writer.write(new Message.Ok(Meta.EMPTY, value));
    ByteBuffer bytes = writer.written();
    reader.feed(bytes);
    writer.clear();
    Message message = reader.next();
    assertThat(message).isInstanceOf(Message.Ok.class);
    return ((Message.Ok) message).result();
  }

  /** The same with arrays as lists and without the trailing zeros of decimals. */
  private static @Nullable Object normal(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case BigDecimal decimal -> decimal.stripTrailingZeros();
      case SampleAdapters.Money money -> money.amount.stripTrailingZeros();
      case Optional<?> optional -> Optional.ofNullable(normal(optional.orElse(null)));
      case Collection<?> all -> normalAll(all);
      case Map<?, ?> map -> List.of(List.copyOf(map.keySet()), normalAll(map.values()));
      case Record record -> normalAll(components(record));
      case Object array when array.getClass().isArray() -> normalAll(elements(array));
      default -> value;
    };
  }

  private static List<@Nullable Object> normalAll(Collection<?> values) {
    var all = new ArrayList<@Nullable Object>();
    values.forEach(each -> all.add(normal(each)));
    return all;
  }

  private static List<@Nullable Object> elements(Object array) {
    var all = new @Nullable Object[Array.getLength(array)];
    Arrays.setAll(all, i -> Array.get(array, i));
    return Arrays.asList(all);
  }

  private static List<@Nullable Object> components(Record record) {
    RecordShape shape = RecordShape.of(record.getClass());
    var all = new ArrayList<@Nullable Object>();
    for (int i = 0; i < shape.size(); i++) {
      try {
        all.add(shape.get(record, i));
      } catch (InvocationTargetException e) {
        throw new AssertionError(e);
      }
    }
    return all;
  }
}
