package dev.remuda.protocol;

import static dev.remuda.protocol.Samples.declared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.remuda.protocol.Samples.Deep;
import dev.remuda.protocol.Samples.Fatal;
import dev.remuda.protocol.Samples.Level;
import dev.remuda.protocol.Samples.Line;
import dev.remuda.protocol.Samples.Order;
import dev.remuda.protocol.Samples.Runs;
import dev.remuda.protocol.Samples.Shape;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** P.4, P.53: what is refused, types as well as values, and what the message says. */
@DisplayName("P.4, P.53: what cannot travel over the wire")
class WireTypeRefusalTest {
  private static @Nullable Object read(Type type, String json) {
    return WireType.of(type).read(WireJson.parse(json));
  }

  private static void assertRefused(Type type, String json, String message) {
    assertThatExceptionOfType(ConversionException.class)
        .isThrownBy(() -> read(type, json))
        .withMessage(message);
  }

  private static void assertCannotTravel(Type type, String message) {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> WireType.of(type))
        .withMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          int    | null | int (-2147483648 to 2147483647), found null
          byte   | 300  | byte (-128 to 127), found number 300
          int    | 1.5  | int (-2147483648 to 2147483647), found number 1.5
          short  | "x"  | short (-32768 to 32767), found string "x"
          int    | true | int (-2147483648 to 2147483647), found boolean true
          int    | ""   | int (-2147483648 to 2147483647), found string ""
          double | null | finite double, found null
          double | "NaN"       | finite double, found string "NaN"
          double | "-Infinity" | finite double, found string "-Infinity"
          double | 1e400       | finite double, found number 1E+400
          double | "0x1p3"     | finite double, found string "0x1p3"
          double | "1d"        | finite double, found string "1d"
          float  | 1e39        | finite float, found number 1.0E39
          char   | "ab"        | string of one character, found string "ab"
          char   | null        | string of one character, found null
          boolean | 2          | boolean (or 0, 1, ""), found number 2
          boolean | "true"     | boolean (or 0, 1, ""), found string "true"
          """)
  void refusesWhatAPrimitiveCannotHold(String type, String json, String message) {
    assertRefused(primitive(type), json, "$: expected " + message);
  }

  private static Class<?> primitive(String name) {
    Class<?> type = Class.forPrimitiveName(name);
    if (type == null) {
      throw new IllegalArgumentException(name);
    }
    return type;
  }

  static Stream<Arguments> mismatches() {
    return Stream.of(
        Arguments.of(Level.class, "\"MID\"", "one of LOW, HIGH, found string \"MID\""),
        Arguments.of(Level.class, "1", "one of LOW, HIGH, found number 1"),
        Arguments.of(String.class, "true", "string, found boolean true"),
        Arguments.of(byte[].class, "\"***\"", "base64 string, found string \"***\""),
        Arguments.of(byte[].class, "[1]", "base64 string, found array [1]"),
        Arguments.of(int[].class, "{\"a\":[]}", "array, found object {\"a\":[]}"),
        Arguments.of(List.class, "1", "array, found number 1"),
        Arguments.of(Map.class, "[]", "object, found array []"),
        Arguments.of(Line.class, "[]", "object (record Line), found array []"),
        Arguments.of(Instant.class, "\"now\\n\"", "string of a Instant, found string \"now\\n\""),
        Arguments.of(Instant.class, "5", "string of a Instant, found number 5"),
        Arguments.of(UUID.class, "\"1-1-1-1-1\"", "string of a UUID, found string \"1-1-1-1-1\""),
        Arguments.of(URI.class, "\"a b\"", "string of a URI, found string \"a b\""),
        Arguments.of(Path.class, "\"a\\u0000\"", "string of a Path, found string \"a\\u0000\""),
        Arguments.of(
            BigInteger.class, "0.5", "an integer of at most 10000 digits, found number 0.5"));
  }

  @ParameterizedTest
  @MethodSource("mismatches")
  void refusesWhatAReferenceCannotHold(Type type, String json, String message) {
    assertRefused(type, json, "$: expected " + message);
  }

  @Test
  void namesThePathOfAWrongValue() {
    assertRefused(
        Order.class,
        "{\"lines\":[{\"price\":1},{\"price\":\"cheap\"}]}",
        "$.lines[1].price: expected int (-2147483648 to 2147483647), found string \"cheap\"");
    assertRefused(
        declared("map"),
        "{\"a b\":5}",
        "$[\"a b\"]: expected object (record Line), found number 5");
  }

  @Test
  void shortensTheValueItShowsToEightyCharacters() {
    assertThatExceptionOfType(ConversionException.class)
        .isThrownBy(() -> read(int.class, '"' + "😀".repeat(100_000) + '"'))
        .satisfies(refused -> {
          assertThat(refused.found()).startsWith("string \"😀").hasSizeLessThan(90);
          assertThat(refused.path()).isEqualTo("$");
          assertThat(refused.expected()).startsWith("int ");
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e999999999",
        "\"1e999999999\"",
        "\"1e2147483648\"",
        "\"1e99999999999\"",
        "1e-999999999",
        "\"0e999999999\"",
        "1e10001"
      })
  void refusesShortNumeralsOfHugeNumbersBeforeComputingThem(String json) {
    for (Class<?> type : List.of(long.class, BigInteger.class, BigDecimal.class, Number.class)) {
      assertThatExceptionOfType(ConversionException.class).isThrownBy(() -> read(type, json));
    }
  }

  @Test
  void boundsTheDigitsOfANumber() {
    String most = "9".repeat(10_000);
    assertThat(read(BigInteger.class, '"' + most + '"')).isEqualTo(new BigInteger(most));
    assertThatExceptionOfType(ConversionException.class)
        .isThrownBy(() -> WireType.of(BigInteger.class).read(new BigInteger(most + "9")))
        .withMessage("$: expected an integer of at most 10000 digits, found number of 33223 bits");
    assertThatExceptionOfType(ConversionException.class)
        .isThrownBy(() -> read(double.class, '"' + "1".repeat(1_000_000) + '"'));
  }

  @Test
  void aRecordMayRefuseItsComponents() {
    assertRefused(
        Line.class,
        "{\"product\":\"p\",\"price\":-1}",
        "$: expected record Line, found values that it refuses:"
            + " java.lang.IllegalArgumentException: price < 0");
  }

  @Test
  @DisplayName("P.5: an error of the machine out of a record's constructor stays one")
  void passesOnErrorsOfConstructors() {
    assertThatExceptionOfType(StackOverflowError.class)
        .isThrownBy(() -> read(Fatal.class, "{\"x\":1}"))
        .withMessage("from the constructor");
  }

  @Test
  @DisplayName("P.53: types that leave the class to the wire, or are no data, cannot travel")
  void refusesTypesThatCannotTravel() {
    String untaken = "; no TypeAdapter takes it";
    String choice =
        " cannot travel: nothing on the wire may choose the class that implements it" + untaken;
    assertCannotTravel(Thread.class, "java.lang.Thread cannot travel" + untaken);
    assertCannotTravel(Shape.class, Shape.class.getName() + choice);
    assertCannotTravel(Runnable.class, "java.lang.Runnable" + choice);
    assertCannotTravel(Record.class, "java.lang.Record" + choice);
    assertCannotTravel(
        declared("threads"),
        "java.util.List<java.lang.Thread>: java.lang.Thread cannot travel" + untaken);
    assertCannotTravel(
        Runs.class, "record Runs, component threads: java.lang.Thread cannot travel" + untaken);
    assertCannotTravel(
        Deep.class,
        "record Deep, component runs: record Runs, component threads:"
            + " java.lang.Thread cannot travel"
            + untaken);
    assertCannotTravel(
        declared("badKeys"),
        "java.util.Map<java.lang.Integer,java.lang.String> cannot travel:"
            + " a map's keys must be String");
    assertCannotTravel(
        declared("arrayList"),
        "java.util.ArrayList<java.lang.String> cannot travel:"
            + " declare List, Set, Map or Optional"
            + untaken);
  }

  @Test
  void refusesARecordWhoseTypeExpandsWithoutEnd() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> WireType.of(declared("endless")))
        .withMessageStartingWith("record Endless, component next: record Endless")
        .withMessageEndingWith(" cannot travel: it holds itself with ever other type arguments");
  }
}
