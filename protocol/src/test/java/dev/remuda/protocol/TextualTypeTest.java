package dev.remuda.protocol;

import static dev.remuda.protocol.WireJson.read;
import static dev.remuda.protocol.WireJson.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("P.4: types that travel as texts")
class TextualTypeTest {
  private static final ZonedDateTime TURN_OF_CLOCKS =
      ZonedDateTime.of(2026, 10, 25, 2, 30, 0, 0, ZoneId.of("Europe/Berlin"));

  static List<Arguments> edges() {
    return List.of(
        Arguments.of(Instant.class, Instant.MIN, "-1000000000-01-01T00:00:00Z"),
        Arguments.of(Instant.class, Instant.MAX, "+1000000000-12-31T23:59:59.999999999Z"),
        Arguments.of(LocalDate.class, LocalDate.MIN, "-999999999-01-01"),
        Arguments.of(LocalDate.class, LocalDate.MAX, "+999999999-12-31"),
        Arguments.of(LocalTime.class, LocalTime.MAX, "23:59:59.999999999"),
        Arguments.of(LocalTime.class, LocalTime.MIN, "00:00"),
        Arguments.of(LocalDateTime.class, LocalDateTime.MIN, "-999999999-01-01T00:00"),
        Arguments.of(OffsetDateTime.class, OffsetDateTime.MIN, "-999999999-01-01T00:00+18:00"),
        Arguments.of(
            OffsetDateTime.class, OffsetDateTime.MAX, "+999999999-12-31T23:59:59.999999999-18:00"),
        Arguments.of(OffsetTime.class, OffsetTime.MIN, "00:00+18:00"),
        Arguments.of(ZonedDateTime.class, TURN_OF_CLOCKS, "2026-10-25T02:30+02:00[Europe/Berlin]"),
        Arguments.of(
            ZonedDateTime.class,
            TURN_OF_CLOCKS.withLaterOffsetAtOverlap(),
            "2026-10-25T02:30+01:00[Europe/Berlin]"),
        Arguments.of(
            ZonedDateTime.class, TURN_OF_CLOCKS.withFixedOffsetZone(), "2026-10-25T02:30+02:00"),
        Arguments.of(Year.class, Year.of(Year.MIN_VALUE), "-999999999"),
        Arguments.of(Year.class, Year.of(Year.MAX_VALUE), "999999999"),
        Arguments.of(Year.class, Year.of(0), "0"),
        Arguments.of(YearMonth.class, YearMonth.of(10_000, 1), "+10000-01"),
        Arguments.of(YearMonth.class, YearMonth.of(-1, 12), "-0001-12"),
        Arguments.of(YearMonth.class, YearMonth.of(Year.MAX_VALUE, 1), "+999999999-01"),
        Arguments.of(MonthDay.class, MonthDay.of(12, 31), "--12-31"),
        Arguments.of(Month.class, Month.MAY, "MAY"),
        Arguments.of(
            Duration.class, Duration.ofSeconds(Long.MIN_VALUE), "PT-2562047788015215H-30M-8S"),
        Arguments.of(
            Duration.class,
            Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
            "PT2562047788015215H30M7.999999999S"),
        Arguments.of(Duration.class, Duration.ZERO, "PT0S"),
        Arguments.of(Duration.class, Duration.ofNanos(-1), "PT-0.000000001S"),
        Arguments.of(Period.class, Period.ZERO, "P0D"),
        Arguments.of(
            Period.class,
            Period.of(Integer.MIN_VALUE, 0, Integer.MAX_VALUE),
            "P-2147483648Y2147483647D"),
        Arguments.of(ZoneOffset.class, ZoneOffset.MAX, "+18:00"),
        Arguments.of(ZoneOffset.class, ZoneOffset.ofTotalSeconds(1), "+00:00:01"),
        Arguments.of(ZoneId.class, ZoneOffset.UTC, "Z"),
        Arguments.of(ZoneId.class, ZoneId.of("UTC+2"), "UTC+02:00"),
        Arguments.of(UUID.class, new UUID(-1, -1), "ffffffff-ffff-ffff-ffff-ffffffffffff"),
        Arguments.of(UUID.class, new UUID(0, 0), "00000000-0000-0000-0000-000000000000"),
        Arguments.of(Path.class, Path.of("rel/λ 😀/.."), "rel/λ 😀/.."),
        Arguments.of(URI.class, URI.create("mailto:a@b"), "mailto:a@b"));
  }

  @ParameterizedTest
  @MethodSource("edges")
  @DisplayName("P.4 the first and the last of each type come back equal")
  void edgesComeBack(Type type, Object value, String text) {
    assertThat(write(value)).isEqualTo('"' + text + '"');
    assertThat(read(type, '"' + text + '"')).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          java.time.Instant        | +1000000001-01-01T00:00:00Z
          java.time.Instant        | 2026-01-01
          java.time.LocalDate      | 2026-02-29
          java.time.LocalDate      | 01.02.2026
          java.time.LocalTime      | 24:00
          java.time.LocalDateTime  | 2026-01-01 00:00
          java.time.OffsetDateTime | 2026-01-01T00:00
          java.time.OffsetTime     | 10:00
          java.time.ZonedDateTime  | 2026-01-01T00:00+01:00[Mars/Base]
          java.time.Year           | 1000000000
          java.time.Year           | 99999999999
          java.time.Year           | MMXXVI
          java.time.YearMonth      | 2026-13
          java.time.MonthDay       | --02-30
          java.time.Month          | may
          java.time.DayOfWeek      | 1
          java.time.Duration       | 5s
          java.time.Duration       | PT9223372036854775808S
          java.time.Period         | P2147483648Y
          java.time.ZoneId         | Europe/Atlantis
          java.time.ZoneOffset     | +18:01
          java.util.UUID           | 1-1-1-1-1
          java.util.UUID           | +0000000-0000-0000-0000-000000000000
          java.util.UUID           | 000000000-000-0000-0000-000000000000
          java.util.UUID           | 0000000g-0000-0000-0000-000000000000
          java.net.URI             | a b
          java.net.URI             | http://[::1
          """)
  @DisplayName("P.4 a text of no such value is refused, and named with the type")
  void malformed(String type, String text) throws Exception {
    Class<?> target = Class.forName(type);
    assertThatExceptionOfType(ConversionException.class)
        .isThrownBy(() -> read(target, '"' + text + '"'))
        .withMessageStartingWith("$: expected ")
        .withMessageEndingWith(", found string \"" + text + '"')
        .satisfies(refused -> {
          String kind = target.isEnum() ? "one of " : "string of a " + target.getSimpleName();
          assertThat(refused.expected()).startsWith(kind);
        });
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        Instant.class,
        Duration.class,
        LocalDate.class,
        LocalTime.class,
        LocalDateTime.class,
        OffsetDateTime.class,
        OffsetTime.class,
        ZonedDateTime.class,
        YearMonth.class,
        MonthDay.class,
        Period.class,
        ZoneId.class,
        ZoneOffset.class,
        Month.class,
        UUID.class,
        Path.class,
        URI.class
      })
  @DisplayName("P.4 other kinds of value are refused, null is null")
  void wrongKinds(Class<?> type) {
    for (String json : List.of("1", "1.5", "true", "[]", "{}", "[\"2026-01-01\"]", "1e999999999")) {
      assertThatExceptionOfType(ConversionException.class).isThrownBy(() -> read(type, json));
    }
    assertThat(read(type, "null")).isNull();
  }

  @Test
  @DisplayName("P.4 UUIDs are read in either case")
  void upperCase() {
    UUID uuid = UUID.fromString("deadbeef-0000-4000-8000-00000000cafe");
    assertThat(read(UUID.class, write(uuid).toUpperCase(java.util.Locale.ROOT))).isEqualTo(uuid);
  }
}
