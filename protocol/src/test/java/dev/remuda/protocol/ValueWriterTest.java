package dev.remuda.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.CharBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** P.4: results as they go onto the wire; the round trips are in {@link WireTypeTest}. */
@DisplayName("P.4: values written to the wire")
class ValueWriterTest {
  private static final String UNTAKEN = "; no TypeAdapter takes it";

  record Item(@Nullable Object value) {}

  record Failing(int x) {
    @Override
    public int x() {
      throw new IllegalStateException("no x");
    }
  }

  record Dying(int x) {
    @Override
    public int x() {
      throw new OutOfMemoryError("of the accessor");
    }
  }

  private static void assertUnwritable(@Nullable Object value, String message) {
    assertThatExceptionOfType(UnwritableValueException.class)
        .isThrownBy(() -> WireJson.write(value))
        .withMessage(message);
  }

  @SuppressWarnings("JdkObsolete") // a list without random access is the point
  static Stream<Arguments> plainValues() {
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    map.put("b", 1);
    map.put("a", null);
    return Stream.of(
        Arguments.of(null, "null"),
        Arguments.of(1, "1"),
        Arguments.of((byte) 1, "1"),
        Arguments.of(Long.MIN_VALUE, "-9223372036854775808"),
        Arguments.of(2.0, "2.0"),
        Arguments.of(0.1f, "0.1"),
        Arguments.of(2e-3, "0.002"),
        Arguments.of(BigInteger.TWO.pow(64), "18446744073709551616"),
        Arguments.of(new BigDecimal("1.50"), "1.50"),
        Arguments.of(new BigDecimal("1e999999999"), "1E+999999999"),
        Arguments.of(CharBuffer.wrap("s"), "\"s\""),
        Arguments.of('c', "\"c\""),
        Arguments.of(map, "{\"b\":1,\"a\":null}"),
        Arguments.of(new LinkedList<>(List.of(1, 2)), "[1,2]"),
        Arguments.of(new ArrayDeque<>(List.of(1, 2)), "[1,2]"),
        Arguments.of(Collections.singleton("x"), "[\"x\"]"),
        Arguments.of(new Object[] {1, "a", List.of()}, "[1,\"a\",[]]"),
        Arguments.of(new boolean[] {true}, "[true]"),
        Arguments.of(new Item(Optional.of(new Item(5L))), "{\"value\":{\"value\":5}}"));
  }

  @ParameterizedTest
  @MethodSource("plainValues")
  void writesEachValueByItsRuntimeClass(@Nullable Object value, String json) {
    assertThat(WireJson.write(value)).isEqualTo(json);
  }

  static Stream<Arguments> unwritableValues() {
    Thread thread = Thread.currentThread();
    return Stream.of(
        Arguments.of(new Object(), "$: java.lang.Object cannot be written" + UNTAKEN),
        Arguments.of(
            new AtomicLong(),
            "$: java.util.concurrent.atomic.AtomicLong cannot be written" + UNTAKEN),
        Arguments.of(
            Map.of("items", Arrays.asList(1, null, String.class)),
            "$.items[2]: java.lang.Class cannot be written" + UNTAKEN),
        Arguments.of(
            new Item(Map.of("a b", thread.getThreadGroup())),
            "$.value[\"a b\"]: java.lang.ThreadGroup cannot be written" + UNTAKEN),
        Arguments.of(
            List.of(java.math.BigInteger.TEN.pow(10_000)),
            "$[0]: java.math.BigInteger of more than 10000 digits cannot be written"),
        Arguments.of(
            new java.math.BigDecimal("0." + "1".repeat(10_001)),
            "$: java.math.BigDecimal of more than 10000 digits cannot be written"),
        Arguments.of(List.of(Double.NaN), "$[0]: java.lang.Double NaN cannot be written"),
        Arguments.of(
            new float[] {Float.NEGATIVE_INFINITY},
            "$[0]: java.lang.Float -Infinity cannot be written"),
        Arguments.of(
            List.of(Collections.singletonMap(1, 2)),
            "$[0]: java.util.Collections$SingletonMap cannot be written:"
                + " a map's keys must be String, found java.lang.Integer"),
        Arguments.of(
            Collections.singletonMap(null, 2),
            "$: java.util.Collections$SingletonMap cannot be written:"
                + " a map's keys must be String, found null"));
  }

  @ParameterizedTest
  @MethodSource("unwritableValues")
  void namesPathAndClassOfWhatCannotBeWritten(Object value, String message) {
    assertUnwritable(value, message);
  }

  @Test
  void carriesThePathAndTheClass() {
    assertThatExceptionOfType(UnwritableValueException.class)
        .isThrownBy(() -> WireJson.write(List.of(new Object())))
        .satisfies(unwritable -> {
          assertThat(unwritable.path()).isEqualTo("$[0]");
          assertThat(unwritable.typeName()).isEqualTo("java.lang.Object");
        });
  }

  @Test
  void aCycleEndsAtTheDepthLimit() {
    List<Object> cycle = new ArrayList<>();
    cycle.add(cycle);
    cycle.add(cycle);
    assertThatExceptionOfType(UnwritableValueException.class)
        .isThrownBy(() -> WireJson.write(cycle))
        .withMessageStartingWith("$[0][0]")
        .withMessageContaining("…")
        .withMessageEndingWith("java.util.ArrayList is nested deeper than 512 (a cycle?)");
  }

  @Test
  void nestsAsDeepAsTheLimitAndNoDeeper() {
    assertThat(WireJson.write(List.of(List.of(1)), 2)).isEqualTo("[[1]]");
    assertThatExceptionOfType(UnwritableValueException.class)
        .isThrownBy(() -> WireJson.write(List.of(List.of(1)), 1));
  }

  @Test
  void carriesWhatAnAccessorThrew() {
    assertThatExceptionOfType(UnwritableValueException.class)
        .isThrownBy(() -> WireJson.write(List.of(new Failing(1))))
        .withMessage(
            "$[0].x: dev.remuda.protocol.ValueWriterTest$Failing cannot be written:"
                + " its accessor x failed")
        .havingCause()
        .isInstanceOf(IllegalStateException.class)
        .withMessage("no x");
  }

  @Test
  @DisplayName("P.5: an error of the machine out of an accessor stays one")
  void passesOnErrorsOfAccessors() {
    assertThatExceptionOfType(OutOfMemoryError.class)
        .isThrownBy(() -> WireJson.write(new Dying(1)));
  }

  @Test
  void refusesUnpairedSurrogatesWhichJacksonWouldWrite() {
    assertUnwritable("\ud800x", "$: java.lang.String with an unpaired surrogate cannot be written");
    assertUnwritable(
        List.of("😀\udc00"), "$[0]: java.lang.String with an unpaired surrogate cannot be written");
    assertUnwritable("x\ud83d", "$: java.lang.String with an unpaired surrogate cannot be written");
    assertUnwritable(
        '\ud800', "$: java.lang.Character with an unpaired surrogate cannot be written");
    assertUnwritable(
        Collections.singletonMap("\udc00\ud800", 1),
        "$[\"\udc00\ud800\"]: java.util.Collections$SingletonMap"
            + " with an unpaired surrogate in a key cannot be written");
    assertThat(WireJson.write("a😀😀b")).isEqualTo("\"a😀😀b\"");
  }
}
