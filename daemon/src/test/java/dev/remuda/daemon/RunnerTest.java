package dev.remuda.daemon;

import static dev.remuda.daemon.ManualRuns.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.daemon.RunnerStats.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** When a runner runs, in manual time. */
class RunnerTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  @DisplayName("D.2 polling alone runs it again and again, a period after the last run's end")
  void pollingAloneIsEnough() {
    ManualRuns runs = ManualRuns.waiting(Overlap.coalesce(), Poll.every(MINUTE));
    runs.job.start(0);
    runs.time.advance(Duration.ZERO);
    for (int i = 1; i <= 3; i++) {
      runs.awaitBegun(i);
      runs.time.advance(Duration.ofMinutes(5)); // it takes long, and no poll piles up behind it
      runs.end(1);
      runs.awaitEnded(i);
      assertThat(runs.stats().waiting()).isZero();
      assertThat(runs.stats().nextPoll()).hasValue(runs.time.now().plus(MINUTE));
      runs.time.advance(MINUTE.minusNanos(1));
      assertThat(runs.begun).hasValue(i);
      runs.time.advance(Duration.ofNanos(1));
    }
    runs.awaitBegun(4);
  }

  @Test
  @DisplayName("D.2 a kick makes it run at once, and the poll counts from that run")
  void aKickMakesItFast() {
    ManualRuns runs = ManualRuns.waiting(Overlap.coalesce(), Poll.every(MINUTE));
    runs.job.start(MINUTE.toNanos());
    runs.time.advance(Duration.ofSeconds(50));
    runs.end(1);
    runs.kick();
    runs.awaitEnded(1);
    runs.time.advance(Duration.ofSeconds(50));
    assertThat(runs.begun).hasValue(1);
    runs.time.advance(Duration.ofSeconds(10));
    runs.awaitBegun(2);
    assertThat(runs.stats().inFlight().getFirst().cause()).isEqualTo("poll");
    assertThat(runs.stats().lastRun().orElseThrow().cause()).isEqualTo("test");
  }

  @Test
  @DisplayName("D.2 jitter makes a poll later, by its part at the most, and never earlier")
  void jitterOnlyAdds() {
    for (int seed = 0; seed < 50; seed++) {
      var time = new ManualTime();
      Poll poll = Poll.every(MINUTE, Duration.ofSeconds(6));
      var job = new HostedJob(Job.of("mail", () -> {}, poll), time, new SplittableRandom(seed));
      job.start(0);
      time.advance(Duration.ZERO);
      await().atMost(PATIENCE).until(() -> stats(job).succeeded() == 1);
      Duration wait = Duration.between(time.now(), stats(job).nextPoll().orElseThrow());
      assertThat(wait).isBetween(MINUTE, Duration.ofSeconds(66));
    }
  }

  @Test
  @DisplayName(
      "D.3 never two runs at a time, and kicks during a run become exactly one further run")
  void kicksDuringARunBecomeOneFurtherRun() {
    ManualRuns runs = ManualRuns.waiting(Overlap.coalesce());
    runs.kick();
    runs.awaitBegun(1);
    for (int i = 0; i < 100; i++) {
      runs.kick();
    }
    assertThat(runs.stats().waiting()).isEqualTo(1);
    runs.end(1);
    runs.awaitBegun(2);
    runs.end(1);
    runs.awaitEnded(2);
    runs.time.advance(MINUTE);
    assertThat(runs.begun).hasValue(2);
    assertThat(runs.most).hasValue(1);
    assertThat(runs.stats().kicksReceived()).isEqualTo(101);
    assertThat(runs.stats().kicksCoalesced()).isEqualTo(99);
  }

  @Test
  @DisplayName("D.3 a kick in the last moment of a run is not lost, however the two meet")
  void aKickIsNeverLost() throws Exception {
    var time = new ManualTime();
    var wanted = new AtomicInteger();
    var seen = new AtomicInteger();
    var job =
        new HostedJob(Job.of("mail", () -> seen.set(wanted.get())), time, new SplittableRandom(1));
    for (int i = 1; i <= 2_000; i++) {
      wanted.set(i);
      job.kick("test", 1);
      if (i % 3 == 0) {
        Thread.onSpinWait();
      }
      time.advance(HostedJobGap.LONG_ENOUGH);
    }
    await()
        .atMost(PATIENCE)
        .until(() -> {
          time.advance(HostedJobGap.LONG_ENOUGH);
          return seen.get() == 2_000;
        });
  }

  /** Longer than the gap between two runs. */
  private static final class HostedJobGap {
    static final Duration LONG_ENOUGH = Duration.ofNanos(HostedJob.MIN_GAP_NANOS + 1);
  }

  @Test
  @DisplayName("D.3 a run that throws is counted and shown, and the next still comes")
  void aThrowingRunIsShownAndTheNextComes() {
    var time = new ManualTime();
    var count = new AtomicInteger();
    Runner runner =
        () -> {
          switch (count.incrementAndGet()) {
            case 1 -> throw new java.io.IOException("no route to the mail server");
            case 2 -> throw new StackOverflowError("deep");
            case 3 ->
                throw new IllegalStateException() {
                  @Override
                  public String getMessage() {
                    throw new IllegalStateException("cannot even say it");
                  }
                };
            default -> {}
          }
        };
    var job =
        new HostedJob(Job.of("mail", runner, Poll.every(MINUTE)), time, new SplittableRandom(1));
    job.start(0);
    time.advance(Duration.ZERO);
    await().atMost(PATIENCE).until(() -> stats(job).failed() == 1);
    RunnerStats.RunError error = stats(job).lastError().orElseThrow();
    assertThat(error.run()).isEqualTo("mail#1");
    assertThat(error.summary()).isEqualTo("java.io.IOException: no route to the mail server");
    assertThat(error.stack()).contains("RunnerTest");
    for (int i = 2; i <= 3; i++) {
      int failed = i;
      time.advance(MINUTE);
      await().atMost(PATIENCE).until(() -> stats(job).failed() == failed);
    }
    time.advance(MINUTE);
    await().atMost(PATIENCE).until(() -> stats(job).succeeded() == 1);
    assertThat(stats(job).lastRun().orElseThrow().outcome()).isEqualTo(Outcome.SUCCEEDED);
    assertThat(stats(job).lastError().orElseThrow().run()).isEqualTo("mail#3");
    assertThat(stats(job).durations().count()).isEqualTo(4);
  }

  @Test
  @DisplayName("D.3 runners in one process start staggered, none later than its own period")
  void runnersStartStaggered() {
    var time = new ManualTime();
    var begun = new ArrayList<Duration>();
    var jobs = new ArrayList<HostedJob>();
    for (int i = 0; i < 4; i++) {
      Poll poll = Poll.every(i == 3 ? Duration.ofSeconds(1) : MINUTE);
      jobs.add(new HostedJob(Job.of("site-" + i, () -> {}, poll), time, new SplittableRandom(i)));
    }
    Stagger.start(jobs, Duration.ofSeconds(4));
    for (HostedJob job : jobs) {
      begun.add(Duration.between(time.now(), stats(job).nextPoll().orElseThrow()));
    }
    assertThat(begun)
        .isEqualTo(
            List.of(
                Duration.ZERO,
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(1)));
  }

  @Test
  @DisplayName("D.3 a flood of kicks makes a thousand runs a second at the most, the last included")
  void aFloodIsHeldBack() {
    var time = new ManualTime();
    var job = new HostedJob(Job.of("mail", () -> {}), time, new SplittableRandom(1));
    for (int i = 0; i < 1_000; i++) {
      job.kick("test", 10);
      time.advance(Duration.ofNanos(10_000)); // 10 ms in all
    }
    time.advance(Duration.ofMillis(1));
    await().atMost(PATIENCE).until(() -> stats(job).inFlight().isEmpty());
    assertThat(stats(job).iterations()).isBetween(2L, 11L);
    assertThat(stats(job).waiting()).isZero();
    assertThat(stats(job).kicksReceived()).isEqualTo(10_000);
  }

  private static RunnerStats stats(HostedJob job) {
    return job.stats(List.of(), Optional.empty());
  }
}
