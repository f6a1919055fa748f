package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.protocol.JsonText;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.18 Text of others is shown so that it cannot steer a terminal")
class PrintableTest {
  @Test
  void whatIsHarmlessStays() {
    String text = "Straße λ 😀 👩\u200d🚀 \\u0041 \"x\"";
    assertThat(Printable.line(text)).isSameAs(text);
    assertThat(Printable.lines("a\n\tb")).isEqualTo("a\n\tb");
  }

  @Test
  void whatSteersIsShownAsItsNumber() {
    assertThat(Printable.line("a\n\t\u001b[31m\u009b\u007f\r"))
        .isEqualTo("a\\u000a\\u0009\\u001b[31m\\u009b\\u007f\\u000d");
    assertThat(Printable.lines("\u001b]0;x\u0007\n")).isEqualTo("\\u001b]0;x\\u0007\n");
    assertThat(Printable.line("\u202eabc\u2028\ud800\udb40\udc41"))
        .isEqualTo("\\u202eabc\\u2028\\ud800\\udb40\\udc41");
  }

  @Test
  void jsonKeepsItsMeaning() {
    List<String> value = List.of("\u001b\u009b\u202e\u2028", "λ");
    String json = Printable.json(value);
    assertThat(json).isEqualToIgnoringCase("[\"\\u001b\\u009b\\u202e\\u2028\",\"λ\"]");
    assertThat(JsonText.read(json)).isEqualTo(value);
  }
}
