package dev.remuda.protocol;

import static dev.remuda.protocol.Samples.declared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.remuda.protocol.Samples.Bounded;
import dev.remuda.protocol.Samples.Chain;
import dev.remuda.protocol.Samples.Flags;
import dev.remuda.protocol.Samples.Level;
import dev.remuda.protocol.Samples.Line;
import dev.remuda.protocol.Samples.Order;
import dev.remuda.protocol.Samples.Page;
import dev.remuda.protocol.Samples.SelfBounded;
import dev.remuda.protocol.Samples.Tree;
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
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** P.4: the types that travel over the wire; P.53: only declared types are ever made. */
@DisplayName("P.4, P.53: types over the wire")
class WireTypeTest {
  private static @Nullable Object read(Type type, String json) {
    return WireType.of(type).read(WireJson.parse(json));
  }

  private static void assertRefused(Type type, String json, String message) {
    assertThatExceptionOfType(ConversionException.class)
        .isThrownBy(() -> read(type, json))
        .withMessage(message);
  }

  static Stream<Arguments> values() {
    return Stream.of(
        Arguments.of(boolean.class, true, "true"),
        Arguments.of(byte.class, (byte) -128, "-128"),
        Arguments.of(short.class, (short) 32767, "32767"),
        Arguments.of(int.class, Integer.MIN_VALUE, "-2147483648"),
        Arguments.of(long.class, Long.MAX_VALUE, "9223372036854775807"),
        Arguments.of(float.class, 0.1f, "0.1"),
        Arguments.of(double.class, 0.1, "0.1"),
        Arguments.of(double.class, -0.0, "-0.0"),
        Arguments.of(Double.class, Double.MIN_VALUE, "4.9E-324"),
        Arguments.of(double.class, Double.MAX_VALUE, "1.7976931348623157E308"),
        Arguments.of(char.class, 'λ', "\"λ\""),
        Arguments.of(BigInteger.class, BigInteger.TEN.pow(30), "1" + "0".repeat(30)),
        Arguments.of(
            BigDecimal.class, new BigDecimal("0.12345678901234567890"), "0.12345678901234567890"),
        Arguments.of(Number.class, 7L, "7"),
        Arguments.of(String.class, "a\"λ😀\n", "\"a\\\"λ😀\\n\""),
        Arguments.of(CharSequence.class, "x", "\"x\""),
        Arguments.of(Level.class, Level.HIGH, "\"HIGH\""),
        Arguments.of(DayOfWeek.class, DayOfWeek.MONDAY, "\"MONDAY\""),
        Arguments.of(byte[].class, new byte[] {-1, 0, 1, 2}, "\"/wABAg==\""),
        Arguments.of(int[].class, new int[] {1, 2}, "[1,2]"),
        Arguments.of(double[][].class, new double[][] {{0.5}, {}}, "[[0.5],[]]"),
        Arguments.of(char[].class, new char[] {'a', 'b'}, "[\"a\",\"b\"]"),
        Arguments.of(String[].class, new @Nullable String[] {"a", null}, "[\"a\",null]"),
        Arguments.of(declared("matrix"), List.of(List.of(1), List.of()), "[[1],[]]"),
        Arguments.of(declared("lists"), new List<?>[] {List.of("a")}, "[[\"a\"]]"),
        Arguments.of(declared("set"), Set.of("a"), "[\"a\"]"),
        Arguments.of(declared("collection"), List.of(Level.LOW), "[\"LOW\"]"),
        Arguments.of(declared("sequenced"), List.of(1L, 2L), "[1,2]"),
        Arguments.of(declared("iterable"), List.of(1, 2), "[1,2]"),
        Arguments.of(declared("raw"), Arrays.asList(1L, "a", null, true), "[1,\"a\",null,true]"),
        Arguments.of(
            declared("map"),
            Map.of("k", new Line("p", 1)),
            "{\"k\":{\"product\":\"p\",\"price\":1}}"),
        Arguments.of(declared("optional"), Optional.empty(), "null"),
        Arguments.of(
            declared("optional"), Optional.of(new Line("p", 1)), "{\"product\":\"p\",\"price\":1}"),
        Arguments.of(OptionalInt.class, OptionalInt.of(3), "3"),
        Arguments.of(OptionalInt.class, OptionalInt.empty(), "null"),
        Arguments.of(OptionalLong.class, OptionalLong.of(3), "3"),
        Arguments.of(OptionalLong.class, OptionalLong.empty(), "null"),
        Arguments.of(OptionalDouble.class, OptionalDouble.of(3), "3.0"),
        Arguments.of(OptionalDouble.class, OptionalDouble.empty(), "null"),
        Arguments.of(Instant.class, Instant.EPOCH, "\"1970-01-01T00:00:00Z\""),
        Arguments.of(Duration.class, Duration.ofMillis(90_500), "\"PT1M30.5S\""),
        Arguments.of(LocalDate.class, LocalDate.of(12_345, 2, 28), "\"+12345-02-28\""),
        Arguments.of(LocalTime.class, LocalTime.of(1, 2), "\"01:02\""),
        Arguments.of(
            LocalDateTime.class, LocalDateTime.of(2026, 1, 2, 3, 4), "\"2026-01-02T03:04\""),
        Arguments.of(
            OffsetDateTime.class,
            OffsetDateTime.of(2026, 1, 2, 3, 4, 5, 6, ZoneOffset.ofHours(2)),
            "\"2026-01-02T03:04:05.000000006+02:00\""),
        Arguments.of(OffsetTime.class, OffsetTime.of(3, 4, 0, 0, ZoneOffset.UTC), "\"03:04Z\""),
        Arguments.of(
            ZonedDateTime.class,
            ZonedDateTime.of(2026, 7, 2, 3, 4, 5, 0, ZoneId.of("Europe/Berlin")),
            "\"2026-07-02T03:04:05+02:00[Europe/Berlin]\""),
        Arguments.of(Year.class, Year.of(79), "\"79\""),
        Arguments.of(YearMonth.class, YearMonth.of(2026, 2), "\"2026-02\""),
        Arguments.of(MonthDay.class, MonthDay.of(2, 29), "\"--02-29\""),
        Arguments.of(Period.class, Period.of(1, 2, 3), "\"P1Y2M3D\""),
        Arguments.of(ZoneId.class, ZoneId.of("Asia/Tokyo"), "\"Asia/Tokyo\""),
        Arguments.of(ZoneOffset.class, ZoneOffset.ofHours(-3), "\"-03:00\""),
        Arguments.of(UUID.class, new UUID(1, 2), "\"00000000-0000-0001-0000-000000000002\""),
        Arguments.of(Path.class, Path.of("/a/b c"), "\"/a/b c\""),
        Arguments.of(URI.class, URI.create("http://h/p?q#f"), "\"http://h/p?q#f\""),
        Arguments.of(
            declared("page"),
            new Page<>(List.of(new Line("a", 1)), null),
            "{\"items\":[{\"product\":\"a\",\"price\":1}],\"best\":null}"),
        Arguments.of(
            Tree.class,
            new Tree("r", List.of(new Tree("c", List.of()))),
            "{\"name\":\"r\",\"children\":[{\"name\":\"c\",\"children\":[]}]}"),
        Arguments.of(
            declared("chain"),
            new Chain<>(Instant.EPOCH, new Chain<>(Instant.EPOCH, null)),
            "{\"value\":\"1970-01-01T00:00:00Z\",\"next\":"
                + "{\"value\":\"1970-01-01T00:00:00Z\",\"next\":null}}"));
  }

  @ParameterizedTest
  @MethodSource("values")
  void writesAValueAndReadsItBackEqual(Type type, Object value, String json) {
    assertThat(WireJson.write(value)).isEqualTo(json);
    assertThat(read(type, json)).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        Boolean.class,
        Integer.class,
        Long.class,
        Double.class,
        Character.class,
        BigInteger.class,
        BigDecimal.class,
        Number.class,
        String.class,
        Level.class,
        byte[].class,
        int[].class,
        List.class,
        Set.class,
        Map.class,
        Line.class,
        Instant.class,
        UUID.class,
        Path.class,
        Object.class,
        void.class,
        Void.class
      })
  void nullIsNullForEveryReference(Class<?> type) {
    assertThat(read(type, "null")).isNull();
  }

  @Test
  void acceptsWholeNumbersHoweverTheyAreWritten() {
    assertThat(read(int.class, "1.0")).isEqualTo(1);
    assertThat(read(long.class, "1e18")).isEqualTo(1_000_000_000_000_000_000L);
    assertThat(read(BigInteger.class, "1e23")).isEqualTo(BigInteger.TEN.pow(23));
    assertThat(read(double.class, "3")).isEqualTo(3.0);
  }

  @Test
  void takesNumeralsFromPerlForNumbersAndNumbersForStrings() {
    assertThat(read(int.class, "\"42\"")).isEqualTo(42);
    assertThat(read(long.class, "\"-9223372036854775808\"")).isEqualTo(Long.MIN_VALUE);
    assertThat(read(double.class, "\"-0.0\"")).isEqualTo(-0.0);
    assertThat(read(Number.class, "\"5\"")).isEqualTo(5L);
    assertThat(read(BigDecimal.class, "\"1.50\"")).isEqualTo(new BigDecimal("1.50"));
    assertThat(read(String.class, "42")).isEqualTo("42");
    assertThat(read(String.class, "1.5")).isEqualTo("1.5");
    assertThat(read(char.class, "7")).isEqualTo('7');
    assertThat(read(Year.class, "2026")).isEqualTo(Year.of(2026));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "\"\"", "\"0\"", "null", "false"})
  void takesWhatPerlSendsForFalse(String json) {
    assertThat(read(boolean.class, json)).isEqualTo(false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "\"1\"", "true"})
  void takesWhatPerlSendsForTrue(String json) {
    assertThat(read(Boolean.class, json)).isEqualTo(true);
  }

  @Test
  void fillsMissingComponentsWithNothingAndPassesOverUnknownKeys() {
    assertThat(read(Order.class, "{\"id\":\"7\",\"colour\":\"red\"}"))
        .hasToString("Order[id=7, lines=null, note=Optional.empty]");
    assertRefused(
        Line.class,
        "{\"product\":\"p\"}",
        "$.price: expected component price of record Line, found no such key");
    assertRefused(
        Flags.class,
        "{\"count\":1}",
        "$.on: expected component on of record Flags, found no such key");
    assertThat(read(Flags.class, "{\"on\":null,\"count\":1}")).isEqualTo(new Flags(false, 1));
  }

  @Test
  void resolvesTypeVariablesAndWildcardsByArgumentOrBound() {
    String json = "{\"items\":[{\"product\":\"p\",\"price\":1}]}";
    Page<Line> page = new Page<>(List.of(new Line("p", 1)), null);
    assertThat(read(declared("page"), json)).isEqualTo(page);
    assertThat(read(declared("wildPage"), json)).isEqualTo(page);
    assertThat(read(declared("anyPage"), json))
        .isEqualTo(new Page<>(List.of(Map.of("product", "p", "price", 1L)), null));
    assertThat(read(declared("bounded"), "{\"amount\":\"5\"}")).isEqualTo(new Bounded<>(5L));
    assertThat(read(declared("variable"), "5")).isEqualTo(5L);
    assertThat(read(SelfBounded.class, "{\"x\":1,\"other\":{\"x\":2}}"))
        .hasToString("SelfBounded[other=SelfBounded[other=null, x=2], x=1]");
  }

  @Test
  void readsATreeAsDeepAsTheWireValue() {
    Map<String, @Nullable Object> wire = new LinkedHashMap<>();
    for (int i = 0; i < 200; i++) {
      Map<String, @Nullable Object> parent = new LinkedHashMap<>();
      parent.put("children", List.of(wire));
      wire = parent;
    }
    Object tree = WireType.of(Tree.class).read(wire);
    int depth = 0;
    while (tree instanceof Tree node && node.children() != null) {
      tree = node.children().getFirst();
      depth++;
    }
    assertThat(depth).isEqualTo(200);
  }

  @Test
  void keepsTheOrderOfTheWireOrSorts() {
    assertThat((Map<?, ?>) read(Map.class, "{\"b\":1,\"a\":2}")).hasToString("{b=1, a=2}");
    assertThat((Map<?, ?>) read(declared("sorted"), "{\"b\":1,\"a\":2}")).hasToString("{a=2, b=1}");
  }

  @Test
  @DisplayName("P.53: a key that names a class is just a key")
  void nothingOnTheWireNamesAClass() {
    String json = "{\"@class\":\"java.lang.Thread\",\"product\":\"p\",\"price\":1}";
    assertThat(read(Object.class, json))
        .isEqualTo(Map.of("@class", "java.lang.Thread", "product", "p", "price", 1L));
    assertThat(read(Line.class, json)).isEqualTo(new Line("p", 1));
  }

  @Test
  void showsTheDeclaredType() {
    assertThat(WireType.of(declared("matrix")))
        .hasToString("java.util.List<java.util.List<java.lang.Integer>>");
  }
}
