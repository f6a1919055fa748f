package dev.remuda.protocol;

import static dev.remuda.protocol.WireTexts.feed;
import static dev.remuda.protocol.WireTexts.refused;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("P.4, Protocol: what is no message")
class MessageRefusalTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "GET / HTTP/1.1 | no message begins at byte 0: GET / HTTP/1.1",
        "{\"do\":1} | no message begins at byte 0: {\"do\":1}",
        "[] | a message's code is a string at byte 0: []",
        "[1,{}] | a message's code is a string at byte 0: [1,{}]",
        "[\"do\"] | META of 'do' is no object at byte 0: [\"do\"]",
        "[\"do\",[]] | META of 'do' is no object at byte 0: [\"do\",[]]",
        "[\"do\",null,1] | META of 'do' is no object at byte 0: [\"do\",null,1]",
        "[\"no\",{}] | unknown code 'no' at byte 0: [\"no\",{}]",
        "[\"DO\",{}] | unknown code 'DO' at byte 0: [\"DO\",{}]",
        "[\"ok\",{},1,2] | 'ok' carries one value, not 2 at byte 0: [\"ok\",{},1,2]",
        "[\"er\",{},1,2,3] | 'er' carries one value, not 3 at byte 0: [\"er\",{},1,2,3]"
      })
  void whatIsNoMessageIsNamedWithItsFirstBytes(String text, String message) {
    assertThat(refused(text)).hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[}",
        "[\"do\",{]]",
        "[\"do\",{}},",
        "[\"do\",{},]",
        "[\"do\",{},01]",
        "[\"do\",{},+1]",
        "[\"do\",{},.5]",
        "[\"do\",{},NaN]",
        "[\"do\",{},Infinity]",
        "[\"do\",{},'x']",
        "[\"do\",{},tru]",
        "[\"do\",{\"a\"}]",
        "[\"do\",{\"a\":}]",
        "[\"do\",{a:1}]",
        "[\"do\",{},\"\\x\"]",
        "[\"do\",{},\"a\nb\"]",
        "[\"do\",{},/**/1]",
        "[\"do\" {}]",
        "[\"do\",{},1e]",
        "[\"do\",{},1e99999999999]",
        "[\"do\",{},-]"
      })
  void whatIsNoJsonEndsTheConnection(String text) {
    WireException refusal = refused(text);
    assertThat(refusal.getMessage()).startsWith("not ").contains(" at byte 0: [");
    assertThat(refusal.offset()).isZero();
  }

  @Test
  void anUnbalancedBracketThatClosesNothingIsRefused() {
    assertThat(refused("]")).hasMessage("no message begins at byte 0: ]");
  }

  @Test
  void whatFollowsAMessageIsRefusedAtItsOwnPlace() {
    var reader = new MessageReader(Limits.DEFAULTS);
    byte[] bytes = "[\"dn\",{}]\n oops".getBytes(UTF_8);
    feed(reader, bytes, 0, bytes.length);
    assertThat(reader.next()).isEqualTo(new Message.Dn(Meta.EMPTY));
    assertThatThrownBy(reader::next)
        .hasMessage("no message begins at byte 11: oops")
        .isInstanceOfSatisfying(
            WireException.class,
            e -> {
              assertThat(e.offset()).isEqualTo(11);
              assertThat(e.firstBytes()).isEqualTo("oops");
            });
  }

  @Test
  void whatIsShownIsShortAndPrintable() {
    assertThat(refused("\u001b[31m" + "x".repeat(100)))
        .hasMessage("no message begins at byte 0: \\x1b[31m" + "x".repeat(35) + "…");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\\ud83d", "\\ude00", "a\\ud83dx", "\\ude00\\ud83d", "\\ud83d\\ud83d\\ude00"})
  void anUnpairedSurrogateWrittenAsEscapeIsRefused(String text) {
    assertThat(refused("[\"do\",{},\"" + text + "\"]").getMessage())
        .startsWith("unpaired surrogate \\ud");
    assertThat(refused("[\"do\",{\"" + text + "\":1}]").getMessage()).contains("surrogate");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u00ff", // no first byte at all
        "\u0080", // goes on, but nothing began
        "\u00ce", // ends too soon
        "\u00e2\u0082", // ends too soon
        "\u00f0\u009f\u0098", // ends too soon
        "\u00c0\u00af", // an overlong slash
        "\u00c1\u00bf", // overlong
        "\u00e0\u0080\u0080", // overlong
        "\u00f0\u0080\u0080\u0080", // overlong
        "\u00ed\u00a0\u0080", // a surrogate
        "\u00ed\u00b0\u0080", // a surrogate
        "\u00f4\u0090\u0080\u0080", // beyond the last character
        "\u00f7\u00bf\u00bf\u00bf" // beyond the last character
      })
  void whatIsNotUtf8IsRefused(String latin1) {
    for (String json : List.of("[\"do\",{},\"%s\"]", "[\"do\",{\"%s\":1}]", "[\"%s\",{}]")) {
      assertThat(refused(Limits.DEFAULTS, json.formatted(latin1).getBytes(ISO_8859_1)))
          .as(json)
          .isNotNull();
    }
  }

  @Test
  @DisplayName("P.4 a number past all exponents is refused in one short line")
  void numbersPastAllExponents() {
    String digits = "9".repeat(9_000);
    assertThat(refused("[\"do\",{}," + digits + "e99999999999]").getMessage())
        .startsWith("not a number that can be held at byte 0: ")
        .hasSizeLessThan(120);
  }

  @Test
  void invalidUtf8IsNamedAsSuch() {
    assertThat(refused(Limits.DEFAULTS, "[\"do\",{},\"a\u00c0\u00af\"]".getBytes(ISO_8859_1)))
        .hasMessage("not UTF-8 at byte 0: [\"do\",{},\"a\\xc0\\xaf\"]");
  }
}
