package dev.remuda.protocol;

import static dev.remuda.protocol.WireTexts.argument;
import static dev.remuda.protocol.WireTexts.list;
import static dev.remuda.protocol.WireTexts.read;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("P.4, Protocol: the values of a message")
class MessageValuesTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "λ", "日本", "😀", "e\u0301", "\u0000\u001f\u007f", "\uFFFF"})
  void anyUnicodeTravels(String text) {
    var writer = new MessageWriter(Limits.DEFAULTS);
    writer.write(new Message.Ok(Meta.EMPTY, text));
    byte[] bytes = new byte[writer.written().remaining()];
    writer.written().get(bytes);
    assertThat(((Message.Ok) read(Limits.DEFAULTS, bytes)).result()).isEqualTo(text);
  }

  @Test
  void escapedSurrogatePairsAreOneCharacter() {
    assertThat(argument("\"\\ud83d\\ude00\"")).isEqualTo("😀");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "9223372036854775807", "-9223372036854775808", "2147483648"})
  void integersOf64BitsAreLongs(String json) {
    assertThat(argument(json)).isEqualTo(Long.parseLong(json));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9223372036854775808",
        "-9223372036854775809",
        "123456789012345678901234567890123456789012345678901234567890"
      })
  void largerIntegersKeepEveryDigit(String json) {
    assertThat(argument(json)).isEqualTo(new BigInteger(json));
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        1.0,
        0.1,
        -1.5e-7,
        1e308,
        Double.MAX_VALUE,
        Double.MIN_VALUE,
        Double.MIN_NORMAL,
        5e-320,
        0.1 + 0.2,
        123456789012345680.0
      })
  void doublesAreExact(double value) {
    assertThat(argument(Double.toString(value))).isEqualTo(value);
  }

  @Test
  void negativeZeroKeepsItsSign() {
    assertThat(argument("-0.0")).isEqualTo(-0.0);
    assertThat(argument("0.0")).isEqualTo(0.0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e400",
        "1E-400",
        "3.14159265358979323846264338327950288419716939937510",
        "0.1000000000000000055511151231257827",
        "5e-324",
        "1.2345e-320",
        "1e999999999"
      })
  void aDecimalThatADoubleWouldChangeStaysADecimal(String json) {
    assertThat(argument(json))
        .isInstanceOfSatisfying(
            BigDecimal.class,
            exact -> assertThat(exact).isEqualByComparingTo(new BigDecimal(json)));
  }

  @Test
  void stringsOfMebibytesTravel() {
    String large = "λ\\\"x".repeat(1 << 20);
    var writer = new MessageWriter(Limits.DEFAULTS);
    writer.write(new Message.Ok(Meta.EMPTY, large));
    byte[] bytes = new byte[writer.written().remaining()];
    writer.written().get(bytes);
    assertThat(((Message.Ok) read(Limits.DEFAULTS, bytes)).result()).isEqualTo(large);
  }

  @Test
  void unknownKeysOfMetaAreKept() {
    assertThat(read("[\"dn\",{\"zz\":[1]}]"))
        .isEqualTo(new Message.Dn(new Meta(Map.of("zz", list(1L)))));
  }

  @Test
  void aReplyWithoutAValueIsNull() {
    assertThat(read("[\"ok\",{}]")).isEqualTo(new Message.Ok(Meta.EMPTY, null));
  }

  @Test
  void anErrorMayBeAnyValue() {
    assertThat(read("[\"er\",{},{\"code\":7}]"))
        .isEqualTo(new Message.Er(Meta.EMPTY, Map.of("code", 7L)));
  }
}
