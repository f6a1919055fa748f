package dev.remuda.protocol;

import static dev.remuda.protocol.WireJson.read;
import static dev.remuda.protocol.WireJson.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.remuda.protocol.Samples.Line;
import dev.remuda.protocol.Samples.Tree;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("P.4: the edges of every type")
class WireEdgesTest {
  private static final String HUGE = "9".repeat(10_000);

  record Empty() {}

  record Pair<A, B>(A first, B second) {}

  @SuppressWarnings("ArrayRecordComponent") // users may have them
  record Node(
      Optional<Node> next,
      Map<String, Node> named,
      Node @Nullable [] more,
      Set<Pair<Node, Node>> pairs) {}

  record Six(
      Pair<
              Integer,
              Pair<
                  Integer,
                  Pair<
                      Integer, Pair<Integer, Pair<Integer, Pair<Integer, Pair<Integer, String>>>>>>>
          pairs) {}

  @SuppressWarnings("ArrayRecordComponent")
  record Defaults(
      String text,
      Optional<String> optional,
      OptionalInt number,
      List<String> list,
      @Nullable Integer boxed,
      int[] array,
      boolean flag) {}

  private static void assertRefused(Type type, String json, String message) {
    assertThatExceptionOfType(ConversionException.class)
        .isThrownBy(() -> read(type, json))
        .withMessage("$: expected " + message);
  }

  private static Class<?> numberType(String name) throws ClassNotFoundException {
    Class<?> primitive = Class.forPrimitiveName(name);
    return primitive != null ? primitive : Class.forName("java.lang." + name);
  }

  @ParameterizedTest
  @CsvSource({
    "byte, -128, 127, -129, 128, byte (-128 to 127)",
    "Byte, -128, 127, -129, 128, byte (-128 to 127)",
    "short, -32768, 32767, -32769, 32768, short (-32768 to 32767)",
    "Short, -32768, 32767, -32769, 32768, short (-32768 to 32767)",
    "int, -2147483648, 2147483647, -2147483649, 2147483648, int (-2147483648 to 2147483647)",
    "Integer, -2147483648, 2147483647, -2147483649, 2147483648, int (-2147483648 to 2147483647)",
    "long, -9223372036854775808, 9223372036854775807, -9223372036854775809, 9223372036854775808,"
        + " long (-9223372036854775808 to 9223372036854775807)",
    "Long, -9223372036854775808, 9223372036854775807, -9223372036854775809, 9223372036854775808,"
        + " long (-9223372036854775808 to 9223372036854775807)"
  })
  @DisplayName("P.4 integers to their ends, as numbers and as numerals, and not one beyond")
  void integers(String name, String min, String max, String below, String above, String expected)
      throws Exception {
    Class<?> type = numberType(name);
    for (String end : List.of(min, max, "0", "-1")) {
      assertThat(write(read(type, end))).isEqualTo(end);
      assertThat(read(type, '"' + end + '"')).isEqualTo(read(type, end));
      assertThat(read(type, end + ".0")).isEqualTo(read(type, end));
    }
    for (String beyond : List.of(below, above)) {
      assertRefused(type, beyond, expected + ", found number " + beyond);
      assertRefused(type, '"' + beyond + '"', expected + ", found string \"" + beyond + '"');
    }
    if (type.isPrimitive()) {
      assertRefused(type, "null", expected + ", found null");
    } else {
      assertThat(read(type, "null")).isNull();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "double, 1.7976931348623157E308, 1.8E308, 4.9E-324",
    "Double, -1.7976931348623157E308, -1.8E308, -4.9E-324",
    "float, 3.4028235E38, 3.41E38, 1.4E-45",
    "Float, -3.4028235E38, -3.41E38, -1.4E-45"
  })
  @DisplayName("P.4 floating types to their ends, and not one beyond")
  void floating(String name, String largest, String beyond, String smallest) throws Exception {
    Class<?> type = numberType(name);
    for (String end : List.of(largest, smallest, "0.0", "-0.0")) {
      assertThat(write(read(type, end))).isEqualTo(end);
      assertThat(read(type, '"' + end + '"')).isEqualTo(read(type, end));
    }
    assertThatExceptionOfType(ConversionException.class)
        .isThrownBy(() -> read(type, beyond))
        .withMessageStartingWith("$: expected finite " + name.toLowerCase(java.util.Locale.ROOT));
    for (String notFinite : List.of("NaN", "Infinity", "-Infinity", "nan", "inf")) {
      assertThatExceptionOfType(ConversionException.class)
          .isThrownBy(() -> read(type, '"' + notFinite + '"'));
    }
  }

  static List<Object> notFinite() {
    return List.of(
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Float.NaN,
        List.of(Float.NEGATIVE_INFINITY),
        new double[] {Double.NEGATIVE_INFINITY},
        java.util.OptionalDouble.of(Double.NaN),
        new Pair<>(Double.NaN, 1));
  }

  @ParameterizedTest
  @MethodSource("notFinite")
  @DisplayName("P.4 NaN and infinities are not written, wherever they are")
  void notFiniteIsNotWritten(Object value) {
    assertThatExceptionOfType(UnwritableValueException.class)
        .isThrownBy(() -> write(value))
        .withMessageMatching("\\$.*: java.lang.(Double|Float) (NaN|-?Infinity) cannot be written");
  }

  @Test
  @DisplayName("P.4 large numbers keep 10,000 digits, and not one more is taken or written")
  void digits() {
    BigInteger most = new BigInteger(HUGE);
    assertThat(write(most)).isEqualTo(HUGE);
    assertThat(read(BigInteger.class, HUGE)).isEqualTo(most);
    assertThat(read(BigDecimal.class, "\"0." + HUGE + '"')).isEqualTo(new BigDecimal("0." + HUGE));
    for (BigDecimal shifted :
        List.of(
            new BigDecimal(most.negate(), 10_000),
            new BigDecimal(most, 10_005),
            new BigDecimal(most, Integer.MAX_VALUE),
            new BigDecimal(most.negate(), Integer.MIN_VALUE + 10_000))) {
      assertThat(WireJson.parse(write(shifted))).isEqualTo(shifted);
    }
    for (Number tooLarge : List.of(most.add(BigInteger.ONE), new BigDecimal(HUGE + ".5"))) {
      assertThatExceptionOfType(UnwritableValueException.class).isThrownBy(() -> write(tooLarge));
    }
    assertThatExceptionOfType(ConversionException.class)
        .isThrownBy(() -> read(BigInteger.class, "\"1" + HUGE + '"'))
        .satisfies(refused -> assertThat(refused.getMessage()).hasSizeLessThan(200));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e999999999", "-1e999999999", "1e-999999999"})
  @DisplayName("P.4 short numerals of huge numbers cost nothing, whatever is asked for")
  void hugeExponents(String numeral) {
    long before = allocated();
    for (Type type :
        List.of(int.class, long.class, BigInteger.class, BigDecimal.class, String.class)) {
      for (String json : List.of(numeral, '"' + numeral + '"')) {
        if (type == String.class && json.startsWith("\"")) {
          assertThat(read(type, json)).isEqualTo(numeral);
          continue;
        }
        assertThatExceptionOfType(ConversionException.class).isThrownBy(() -> read(type, json));
      }
    }
    assertThat(read(Object.class, numeral)).isEqualTo(new BigDecimal(numeral));
    assertThat(allocated() - before).as("bytes").isLessThan(20 << 20);
  }

  private static long allocated() {
    var threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadAllocatedBytes();
  }

  static List<Arguments> empties() {
    return List.of(
        Arguments.of(String.class, "", "\"\""),
        Arguments.of(byte[].class, new byte[0], "\"\""),
        Arguments.of(int[].class, new int[0], "[]"),
        Arguments.of(String[][].class, new String[0][], "[]"),
        Arguments.of(List.class, List.of(), "[]"),
        Arguments.of(Set.class, Set.of(), "[]"),
        Arguments.of(Map.class, Map.of(), "{}"),
        Arguments.of(Map.class, Map.of("", ""), "{\"\":\"\"}"),
        Arguments.of(Empty.class, new Empty(), "{}"),
        Arguments.of(Path.class, Path.of(""), "\"\""),
        Arguments.of(java.net.URI.class, java.net.URI.create(""), "\"\""));
  }

  @ParameterizedTest
  @MethodSource("empties")
  @DisplayName("P.4 whatever can be empty comes back empty")
  void empty(Type type, Object value, String json) {
    assertThat(write(value)).isEqualTo(json);
    assertThat(read(type, json)).isEqualTo(value);
  }

  @Test
  @DisplayName("P.4 absent components are null or empty, a primitive one is refused by name")
  void absentComponents() {
    assertThat(read(Defaults.class, "{\"flag\":1,\"unknown\":{\"deep\":[]}}"))
        .isEqualTo(
            new Defaults(null, Optional.empty(), OptionalInt.empty(), null, null, null, true));
    assertThatExceptionOfType(ConversionException.class)
        .isThrownBy(() -> read(Defaults.class, "{}"))
        .withMessage("$.flag: expected component flag of record Defaults, found no such key");
  }

  @Test
  @DisplayName("P.4 of keys that come twice the last counts, in maps and in records")
  void duplicateKeys() {
    assertThat(read(Map.class, "{\"a\":1,\"b\":2,\"a\":3}")).hasToString("{a=3, b=2}");
    assertThat(
            read(Line.class, "{\"product\":\"x\",\"price\":\"no\",\"product\":\"y\",\"price\":7}"))
        .isEqualTo(new Line("y", 7));
  }

  @Test
  @DisplayName("P.4 values that come twice are one in a set")
  void duplicateElements() {
    assertThat(read(Set.class, "[1,2,1]")).isEqualTo(Set.of(1L, 2L));
  }

  @Test
  @DisplayName("P.4 a record may hold itself by an Optional, a map, an array, another record")
  void recordsInThemselves() {
    String json =
        "{\"next\":{\"named\":{\"a\":{}}},\"named\":{},\"more\":[{},null],"
            + "\"pairs\":[{\"first\":{},\"second\":null}]}";
    var node = (Node) read(Node.class, json);
    Node empty = new Node(Optional.empty(), null, null, null);
    assertThat(node.next().orElseThrow().named()).isEqualTo(Map.of("a", empty));
    assertThat(node.more()).isEqualTo(new @Nullable Node[] {empty, null});
    assertThat(node.pairs()).isEqualTo(Set.of(new Pair<>(empty, null)));
  }

  @Test
  @DisplayName("P.4 a generic record may be inside itself as deep as the declared type says")
  void genericsInThemselves() {
    var six = (Six) read(Six.class, "{\"pairs\":{\"first\":1,\"second\":{\"first\":2}}}");
    assertThat(six.pairs().second().first()).isEqualTo(2);
  }

  @Test
  @DisplayName("P.4 a tree as deep as a message may be comes back, one level more is not written")
  void depth() {
    Tree tree = new Tree("leaf", List.of());
    for (int level = 0; level < 255; level++) {
      tree = new Tree("", List.of(tree));
    }
    assertThat(read(Tree.class, write(tree))).isEqualTo(tree);
    Tree deeper = new Tree("", List.of(tree));
    assertThatExceptionOfType(UnwritableValueException.class)
        .isThrownBy(() -> write(deeper))
        .withMessageEndingWith("is nested deeper than 512 (a cycle?)");
  }

  @Test
  @DisplayName("P.4 texts with characters beyond 16 bits travel, halves of them do not")
  void surrogates() {
    String text = "\ud83d\ude00\udbff\udfff\ud800\udc00";
    assertThat(read(String.class, write(text))).isEqualTo(text);
    assertThat(read(char.class, write('\uffff'))).isEqualTo('\uffff');
    assertRefused(char.class, "\"😀\"", "string of one character, found string \"😀\"");
    for (Object half :
        Arrays.asList(
            "\ud83d", 'x' + "\udc00", '\ud800', "😀".toCharArray(), Map.of("\ud83d", 1))) {
      assertThatExceptionOfType(UnwritableValueException.class)
          .isThrownBy(() -> write(half))
          .withMessageContaining("unpaired surrogate");
    }
  }

  @Test
  @DisplayName("P.4 many threads may read by one type at the same time")
  void manyThreads() throws Exception {
    WireType type = WireType.of(Tree.class);
    List<Callable<Object>> calls = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      Tree tree =
          new Tree("n" + i, List.of(new Tree("a" + i, List.of()), new Tree("b", List.of())));
      calls.add(() -> tree.equals(type.read(WireJson.parse(write(tree)))));
    }
    try (var threads = Executors.newFixedThreadPool(8)) {
      for (Future<Object> equal : threads.invokeAll(calls)) {
        assertThat(equal.get()).isEqualTo(true);
      }
    }
  }
}
