package dev.remuda.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "true",
        "-1",
        "1.5",
        "123456789012345678901234567890",
        "0.1234567890123456789012345",
        "\"\"",
        "\"λ 😀\"",
        "[]",
        "{}",
        "[1,[\"a\",{\"b\":null}],2.0]"
      })
  void whatIsReadIsWrittenTheSame(String json) {
    assertThat(JsonText.write(JsonText.read(json))).isEqualTo(json);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "hello",
        "1 2",
        "[1",
        "{\"a\":",
        "]",
        "[1,]",
        "'a'",
        "\"\\ud800\"",
        "NaN",
        "1e99999999999"
      })
  void whatIsNoSingleValueIsRefused(String json) {
    assertThatThrownBy(() -> JsonText.read(json))
        .isExactlyInstanceOf(IllegalArgumentException.class)
        .message()
        .isNotBlank();
  }

  @Test
  void nestingPastTheLimitIsRefused() {
    String deep = "[".repeat(513) + "]".repeat(513);
    assertThatThrownBy(() -> JsonText.read(deep)).isInstanceOf(IllegalArgumentException.class);
    assertThat(JsonText.read(deep.substring(1, deep.length() - 1))).isNotNull();
  }

  @Test
  void whatCannotTravelIsNotWritten() {
    assertThatThrownBy(() -> JsonText.write(Collections.singletonList(Thread.currentThread())))
        .isInstanceOf(UnwritableValueException.class)
        .hasMessageContaining("$[0]");
  }
}
