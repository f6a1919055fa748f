package dev.remuda.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Protocol: writing messages")
class MessageWriterTest {
  private final MessageWriter writer = new MessageWriter(Limits.DEFAULTS);

  private static Message.Do call(Object... arguments) {
    return new Message.Do(Meta.EMPTY, Arrays.asList(arguments));
  }

  private static Message.Ok ok(Object result) {
    return new Message.Ok(Meta.EMPTY, result);
  }

  private String written() {
    return UTF_8.decode(writer.written()).toString();
  }

  @Test
  void theTranscriptsAreWrittenByteForByte() {
    var object = new LinkedHashMap<String, Object>();
    object.put("x", Arrays.asList(1.5, null));
    writer.write(call("echo", 1, "λ", object));
    writer.write(ok(List.of("echo", 1, "λ", object)));
    writer.write(call("hash", null));
    writer.write(new Message.Er(Meta.EMPTY, "setup exception: no config\n"));
    writer.write(new Message.Dn(Meta.EMPTY));
    assertThat(written())
        .isEqualTo(
            "[\"do\",{},\"echo\",1,\"λ\",{\"x\":[1.5,null]}]"
                + "[\"ok\",{},[\"echo\",1,\"λ\",{\"x\":[1.5,null]}]]"
                + "[\"do\",{},\"hash\",null]"
                + "[\"er\",{},\"setup exception: no config\\n\"]"
                + "[\"dn\",{}]");
  }

  @Test
  void greetingsAreWrittenByteForByte() {
    writer.write(
        new Message.Hi(
            Meta.of(
                new ClientHello(
                    EnumSet.of(Capability.RD, Capability.AB, Capability.EX), "billing"))));
    writer.write(
        new Message.Hi(
            Meta.of(
                new WorkerHello(
                    4711,
                    "passwords(7)",
                    EnumSet.of(Capability.AB, Capability.EX, Capability.RD),
                    null))));
    writer.write(new Message.Rd(Meta.EMPTY));
    writer.write(new Message.Ab(Meta.EMPTY));
    assertThat(written())
        .isEqualTo(
            "[\"hi\",{\"c\":{\"v\":1,\"caps\":[\"ex\",\"ab\",\"rd\"],\"name\":\"billing\"}}]"
                + "[\"hi\",{\"w\":{\"v\":1,\"pid\":4711,\"id\":\"passwords(7)\","
                + "\"caps\":[\"ex\",\"ab\",\"rd\"]}}]"
                + "[\"rd\",{}][\"ab\",{}]");
  }

  @Test
  void numbersAreWrittenWithAllTheirDigits() {
    writer.write(
        call(
            Long.MIN_VALUE,
            new BigInteger("123456789012345678901234567890"),
            new BigDecimal("3.14159265358979323846264338327950288"),
            new BigDecimal("1E+400"),
            -0.0,
            Double.MIN_VALUE,
            1e308));
    assertThat(written())
        .isEqualTo(
            "[\"do\",{},-9223372036854775808,123456789012345678901234567890,"
                + "3.14159265358979323846264338327950288,1E+400,-0.0,4.9E-324,1.0E308]");
  }

  @Test
  void aCallWithoutArgumentsIsWritten() {
    writer.write(call());
    assertThat(written()).isEqualTo("[\"do\",{}]");
  }

  @Test
  void argumentsEncodedBeforehandAreReadOnceAndSentLater() {
    var changing = new ArrayList<>(List.of("a"));
    byte[] encoded = writer.encode(Arrays.asList("m", changing));
    changing.add("b");
    assertThat(writer.written().remaining()).isZero();
    writer.writeDo(Meta.of(new ClientHello(Set.of(Capability.EX), "")), -1, 0, 0, encoded);
    assertThat(written())
        .isEqualTo("[\"do\",{\"c\":{\"v\":1,\"caps\":[\"ex\"],\"name\":\"\"}},\"m\",[\"a\"]]");
  }

  @Test
  void clearForgetsWhatWasWritten() {
    writer.write(new Message.Dn(Meta.EMPTY));
    writer.clear();
    writer.write(new Message.Ab(Meta.EMPTY));
    assertThat(written()).isEqualTo("[\"ab\",{}]");
  }

  /** What a user's own class may do while it is written. */
  record Bomb(String value) {
    @Override
    public String value() {
      if (value.equals("error")) {
        throw new AssertionError("on purpose");
      }
      throw new IllegalStateException("on purpose");
    }
  }

  private static List<Object> throwing(Throwable thrown) {
    return new AbstractList<>() {
      @Override
      public Object get(int index) {
        if (index == 0) {
          return "first";
        }
        throw MessageWriterTest.<RuntimeException>sneaky(thrown);
      }

      @Override
      public int size() {
        return 2;
      }
    };
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> T sneaky(Throwable thrown) throws T {
    throw (T) thrown;
  }

  private void assertLeavesNothingBehind(Object bad) {
    writer.write(ok("before"));
    String before = written();
    Object large = "x".repeat(50_000);
    assertThatThrownBy(() -> writer.write(call("m", large, bad))).isNotNull();
    assertThat(written()).isEqualTo(before);
    assertThatThrownBy(() -> writer.write(ok(Arrays.asList(large, bad)))).isNotNull();
    assertThat(written()).isEqualTo(before);
    assertThatThrownBy(() -> writer.encode(Arrays.asList(large, bad))).isNotNull();
    assertThat(written()).isEqualTo(before);
    writer.write(ok("after"));
    assertThat(written()).isEqualTo(before + "[\"ok\",{},\"after\"]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\ud83d", "\ude00", "a\ud83db"})
  void anUnpairedSurrogateLeavesNoByteBehind(String text) {
    assertLeavesNothingBehind(text);
    assertLeavesNothingBehind(Map.of(text, 1));
  }

  @Test
  void aValueThatCannotTravelLeavesNoByteBehind() {
    assertLeavesNothingBehind(new Object());
    assertLeavesNothingBehind(Double.NaN);
    assertLeavesNothingBehind(Double.NEGATIVE_INFINITY);
    assertLeavesNothingBehind(Map.of(1, 1));
    var cycle = new ArrayList<Object>();
    cycle.add(cycle);
    assertLeavesNothingBehind(cycle);
  }

  @Test
  void aValueWhoseOwnCodeThrowsLeavesNoByteBehind() {
    assertLeavesNothingBehind(new Bomb("exception"));
    assertLeavesNothingBehind(throwing(new IllegalStateException("on purpose")));
  }

  @Test
  void aValueWhoseOwnCodeThrowsAnErrorLeavesNoByteBehind() {
    assertLeavesNothingBehind(new Bomb("error"));
    assertLeavesNothingBehind(throwing(new AssertionError("on purpose")));
  }

  @Test
  void aMessageOverTheLimitLeavesNoByteBehind() {
    var small = new MessageWriter(new Limits(1000, 512, 1000, 1000));
    small.write(new Message.Dn(Meta.EMPTY));
    for (int size : List.of(1000, 5_000, 5_000_000)) {
      assertThatThrownBy(() -> small.write(ok("x".repeat(size))))
          .isInstanceOf(WireException.class)
          .hasMessageMatching("message of \\d+ bytes or more is over the limit of 1000 bytes.*");
      assertThatThrownBy(() -> small.write(call("x".repeat(size))))
          .isInstanceOf(WireException.class);
    }
    assertThat(UTF_8.decode(small.written()).toString()).isEqualTo("[\"dn\",{}]");
    small.clear();
    small.write(ok("x".repeat(988)));
    assertThat(small.written().remaining()).isEqualTo(1000);
  }

  @Test
  void whatIsWrittenIsNeverNestedDeeperThanAReaderTakes() {
    for (boolean inMeta : new boolean[] {true, false}) {
      int depth = 0;
      try {
        for (depth = 500; depth < 600; depth++) {
          Object value = nested(depth);
          writer.clear();
          writer.write(
              inMeta
                  ? new Message.Dn(new Meta(Map.of("deep", value)))
                  : new Message.Ok(Meta.EMPTY, value));
          var reader = new MessageReader(Limits.DEFAULTS);
          reader.feed(writer.written());
          assertThat(reader.next()).isNotNull();
        }
      } catch (UnwritableValueException e) {
        assertThat(e).hasMessageContaining("nested deeper than 511");
      }
      assertThat(depth).isEqualTo(inMeta ? 511 : 512);
    }
  }

  private static Object nested(int depth) {
    Object value = Collections.emptyList();
    for (int i = 1; i < depth; i++) {
      value = List.of(value);
    }
    return value;
  }
}
