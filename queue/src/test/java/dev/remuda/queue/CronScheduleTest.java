package dev.remuda.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When a schedule comes. */
class CronScheduleTest {
  @ParameterizedTest
  @CsvSource({
    "* * * * *,        2026-11-21T10:00:30Z, 2026-11-21T10:01:00Z",
    "*/15 * * * *,     2026-11-21T10:45:00Z, 2026-11-21T11:00:00Z",
    "5-10/5 8 * * *,   2026-11-21T08:05:00Z, 2026-11-21T08:10:00Z",
    "0 0 29 2 *,       2026-01-01T00:00:00Z, 2028-02-29T00:00:00Z",
    "30 9 * * mon-fri, 2026-11-20T09:30:00Z, 2026-11-23T09:30:00Z",
    "0 0 1 * 7,        2026-11-21T00:00:00Z, 2026-11-22T00:00:00Z",
    "0 12 1 jan *,     2026-11-21T00:00:00Z, 2027-01-01T12:00:00Z",
    "'1,2 3 * * *',    2026-11-21T03:01:00Z, 2026-11-21T03:02:00Z"
  })
  @DisplayName("D.17 the next time of a schedule")
  void next(String schedule, Instant after, Instant next) {
    assertThat(CronSchedule.parse(schedule).next(after, ZoneOffset.UTC)).isEqualTo(next);
  }

  @ParameterizedTest
  @CsvSource({
    // The clocks leave out 02:30 on 29 March 2026, and have it twice on 25 October.
    "30 2 * * *, 2026-03-28T12:00:00Z, 2026-03-29T01:30:00Z",
    "30 2 * * *, 2026-10-24T12:00:00Z, 2026-10-25T00:30:00Z",
    "30 2 * * *, 2026-10-25T00:30:00Z, 2026-10-26T01:30:00Z"
  })
  @DisplayName("D.17 a schedule comes once a day where clocks are changed, too")
  void clockChange(String schedule, Instant after, Instant next) {
    assertThat(CronSchedule.parse(schedule).next(after, ZoneId.of("Europe/Berlin")))
        .isEqualTo(next);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "5-1 * * * *",
        "*/0 * * * *",
        "x * * * *",
        "0 0 30 2 *",
        "1,,2 * * * *",
        "-1 * * * *"
      })
  @DisplayName("D.17 a schedule that cannot be, or never comes, is refused")
  void refused(String schedule) {
    assertThatThrownBy(() -> CronSchedule.parse(schedule))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("schedule");
  }
}
