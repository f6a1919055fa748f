package dev.remuda.daemon;

import static dev.remuda.daemon.ManualRuns.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Jobs that run at the times of a cron entry. */
class CronTest {
  @Test
  @DisplayName(
      "D.2 cron: runs at its times; a clock set forward runs it once, one set back waits anew")
  void itFollowsAClockThatIsSet() {
    var time = new ManualTime(); // 12:00 UTC
    Cron cron = Cron.of("0 * * * *", ZoneId.of("UTC"));
    var job = new HostedJob(Job.of("report", () -> {}, cron), time, new SplittableRandom(1));
    var timer = new CronTimer(cron, time, job);
    timer.start();
    var runs = new ArrayList<Long>();

    time.advance(Duration.ofMinutes(59));
    runs.add(iterations(job));
    time.advance(Duration.ofMinutes(1));
    runs.add(iterations(job));
    awaitIdle(job);
    time.set(Instant.parse("2026-03-01T18:30:00Z")); // over five times
    time.advance(CronTimer.LOOK);
    runs.add(iterations(job));
    awaitIdle(job);
    time.set(Instant.parse("2026-03-01T16:50:00Z"));
    time.advance(CronTimer.LOOK);
    assertThat(timer.next()).hasValue(Instant.parse("2026-03-01T17:00:00Z"));
    time.advance(Duration.ofMinutes(10));
    runs.add(iterations(job));
    timer.close();
    time.advance(Duration.ofHours(5));
    runs.add(iterations(job));

    assertThat(runs).containsExactly(0L, 1L, 2L, 3L, 3L);
  }

  private static long iterations(HostedJob job) {
    return job.stats(List.of(), Optional.empty()).iterations();
  }

  private static void awaitIdle(HostedJob job) {
    await()
        .atMost(PATIENCE)
        .until(() -> job.stats(List.of(), Optional.empty()).inFlight().isEmpty());
  }
}
