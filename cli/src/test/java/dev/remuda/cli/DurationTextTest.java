package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class DurationTextTest {
  @ParameterizedTest
  @CsvSource({"500ms,500", "1ms,1", "2s,2000", "5m,300000", "1h,3600000", "8760h,31536000000"})
  void readsWhatUsersWriteAndWritesItAlike(String text, long millis) {
    assertThat(new DurationText().convert(text)).isEqualTo(Duration.ofMillis(millis));
    assertThat(DurationText.of(Duration.ofMillis(millis))).isEqualTo(text);
  }

  @Test
  void noneIsNoLimit() {
    assertThat(new DurationText().convert("none")).isZero();
    assertThat(DurationText.of(Duration.ZERO)).isEqualTo("none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "5",
        "s",
        "soon",
        "-1s",
        "0s",
        "0ms",
        "1.5s",
        "5 s",
        "5S",
        "1d",
        "8761h",
        "999999999999s",
        "1s2"
      })
  void refusesTheRestNamingTheValue(String text) {
    assertThatThrownBy(() -> new DurationText().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "'")
        .hasMessageContaining("500ms, 2s, 5m");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0ms",
    "999, 999ms",
    "1999, 1s",
    "60000, 1m",
    "192000, 3m 12s",
    "3600000, 1h",
    "14580000, 4h 3m",
    "86400000, 1d",
    "280800000, 3d 6h",
  })
  void roundedForReaders(long millis, String text) {
    assertThat(DurationText.rounded(millis)).isEqualTo(text);
  }
}
