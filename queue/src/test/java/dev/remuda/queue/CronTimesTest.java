package dev.remuda.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a cron entry comes: its times, summer time. */
class CronTimesTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "* * * * *            | 2026-01-01T10:00:30Z | 2026-01-01T10:01:00Z",
        "*/15 * * * *         | 2026-01-01T10:45:00Z | 2026-01-01T11:00:00Z",
        "5,35 8-18/2 * * *    | 2026-01-01T10:35:00Z | 2026-01-01T12:05:00Z",
        "0 6 * * mon-fri      | 2026-01-02T06:00:00Z | 2026-01-05T06:00:00Z",
        "0 0 1 1 *            | 2026-01-01T00:00:00Z | 2027-01-01T00:00:00Z",
        "0 0 29 2 *           | 2026-01-01T00:00:00Z | 2028-02-29T00:00:00Z",
        "59 23 31 DEC *       | 2026-01-01T00:00:00Z | 2026-12-31T23:59:00Z",
        "0 12 * * 7           | 2026-01-01T00:00:00Z | 2026-01-04T12:00:00Z",
        "0 12 13 * 5          | 2026-01-01T00:00:00Z | 2026-01-02T12:00:00Z",
        "0 12 */2 * 5         | 2026-01-01T00:00:00Z | 2026-01-09T12:00:00Z",
        "10/20 3 * * *        | 2026-01-01T03:10:00Z | 2026-01-01T03:30:00Z",
      })
  @DisplayName("D.2 D.17 cron: the next time of an entry")
  void theNextTime(String entry, Instant after, Instant next) {
    assertThat(CronTimes.parse(entry, ZoneId.of("UTC")).next(after)).isEqualTo(next);
  }

  @Test
  @DisplayName(
      "D.2 D.17 cron: a fixed time that summer time leaves out comes once, at the end of the gap")
  void aTimeInTheGapComesAtItsEnd() {
    assertThat(times("30 2 * * *", "2026-03-28T00:00:00Z", 3))
        .containsExactly("2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
    assertThat(times("0,20,40 2,3 29 3 *", "2026-03-29T00:59:00Z", 3)) // from inside of the minute
        .containsExactly("2026-03-29T01:00:00Z", "2026-03-29T01:20:00Z", "2026-03-29T01:40:00Z");
  }

  @Test
  @DisplayName(
      "D.2 D.17 cron: a fixed time that the end of summer time repeats comes the first time only")
  void aRepeatedTimeComesOnce() {
    assertThat(times("30 2 * * *", "2026-10-24T12:00:00Z", 2))
        .containsExactly("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
    assertThat(times("30 2 * * *", "2026-10-25T01:10:00Z", 1)) // a start in the second pass
        .containsExactly("2026-10-26T01:30:00Z");
    assertThat(times("15 2,3 * * *", "2026-10-25T00:00:00Z", 2))
        .containsExactly("2026-10-25T00:15:00Z", "2026-10-25T02:15:00Z");
  }

  @Test
  @DisplayName("D.2 D.17 cron: an entry of every hour follows real time through both changes")
  void everyHourFollowsRealTime() {
    assertThat(times("30 * * * *", "2026-03-29T00:00:00Z", 3))
        .containsExactly("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z");
    assertThat(times("30 * * * *", "2026-10-25T00:00:00Z", 3))
        .containsExactly("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z");
  }

  private static List<String> times(String entry, String after, int count) {
    CronTimes cron = CronTimes.parse(entry, BERLIN);
    return Stream.iterate(cron.next(Instant.parse(after)), cron::next)
        .limit(count)
        .map(Instant::toString)
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "* * * *          | has 4 fields, not five",
        "@daily           | has 1 fields, not five",
        "* * * * * *      | has 6 fields, not five",
        "-1 * * * *       | as minute '-1' is none",
        "60 * * * *       | as minute '60' is not within 0-59",
        "* 24 * * *       | as hour '24' is not within 0-23",
        "* * 0 * *        | as day of month '0' is not within 1-31",
        "* * * foo *      | as month 'foo' is none",
        "* * * * 8        | as day of week '8' is not within 0-7",
        "5-1 * * * *      | as minute '5-1' runs backwards",
        "*/0 * * * *      | as minute '*/0' has a step of zero",
        "1,,2 * * * *     | as minute '' is none",
        "0 0 30 feb *     | names no day at all",
        "٣ * * * *        | as minute '٣' is none",
      })
  @DisplayName("D.2 D.17 cron: an entry that cannot be is refused, with its value and the reason")
  void aBadEntryIsRefused(String entry, String reason) {
    assertThatThrownBy(() -> CronTimes.parse(entry, BERLIN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + entry + "'")
        .hasMessageContaining(reason);
  }

  @Test
  @DisplayName("D.2 D.17 cron: an entry of more than 500 characters is refused without being read")
  void aLongEntryIsRefused() {
    assertThatThrownBy(() -> CronTimes.parse("1,".repeat(5_000) + " * * * *", BERLIN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has 10008 characters, more than 500")
        .hasMessageMatching("(?s).{0,600}");
  }

  @Test
  @DisplayName("D.17 a leap day that is a Sunday is found, however far away")
  void leapSunday() {
    CronTimes times = CronTimes.parse("0 0 29 2 */7", ZoneId.of("UTC"));
    assertThat(times.next(Instant.parse("2033-01-01T00:00:00Z")))
        .isEqualTo(Instant.parse("2060-02-29T00:00:00Z"));
    assertThat(times.next(Instant.parse("2089-01-01T00:00:00Z")))
        .isEqualTo(Instant.parse("2128-02-29T00:00:00Z"));
  }
}
