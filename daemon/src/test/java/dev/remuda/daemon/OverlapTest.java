package dev.remuda.daemon;

import static dev.remuda.daemon.ManualRuns.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.daemon.RunnerStats.Outcome;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What happens to triggers during a run, and to runs that take too long. */
class OverlapTest {
  @Test
  @DisplayName("D.4 skip: triggers during a run are dropped and counted")
  void skipDropsAndCounts() {
    ManualRuns runs = ManualRuns.waiting(Overlap.skip());
    runs.kick();
    runs.awaitBegun(1);
    runs.kick();
    runs.kick();
    runs.end(1);
    runs.awaitEnded(1);
    assertThat(runs.stats().kicksSkipped()).isEqualTo(2);
    assertThat(runs.stats().waiting()).isZero();
    runs.end(1);
    runs.kick();
    runs.awaitEnded(2);
  }

  @Test
  @DisplayName("D.4 queue: each trigger gets its run, one after the other, up to the limit")
  void queueRunsEach() {
    ManualRuns runs = ManualRuns.waiting(Overlap.queue(3));
    for (int i = 0; i < 6; i++) {
      runs.kick();
    }
    assertThat(runs.stats().waiting()).isEqualTo(3);
    assertThat(runs.stats().kicksSkipped()).isEqualTo(2);
    runs.end(4);
    await()
        .atMost(PATIENCE)
        .until(() -> {
          runs.time.advance(Duration.ofMillis(2)); // for the gap between two runs
          return runs.ended() == 4;
        });
    assertThat(runs.most).hasValue(1);
  }

  @Test
  @DisplayName(
      "D.4 cancelOlder: the run in flight is interrupted, and the new one waits for its end")
  void cancelOlderInterrupts() {
    ManualRuns runs = ManualRuns.waiting(Overlap.cancelOlder());
    runs.kick();
    runs.awaitBegun(1);
    runs.kick();
    runs.awaitBegun(2);
    assertThat(runs.interrupted).hasSize(1);
    assertThat(runs.most).hasValue(1);
    assertThat(runs.stats().cancelled()).isEqualTo(1);
    assertThat(runs.stats().lastRun().orElseThrow().outcome()).isEqualTo(Outcome.CANCELLED);
    runs.end(1);
    runs.awaitEnded(2);
    assertThat(runs.stats().succeeded()).isEqualTo(1);
  }

  @Test
  @DisplayName("D.4 parallel(3): three runs at a time, triggers beyond become one further run")
  void parallelHasALimit() {
    ManualRuns runs = ManualRuns.waiting(Overlap.parallel(3), Poll.every(Duration.ofMinutes(1)));
    for (int i = 0; i < 7; i++) {
      runs.kick();
    }
    runs.awaitBegun(3);
    assertThat(runs.stats().waiting()).isEqualTo(1);
    assertThat(runs.stats().kicksCoalesced()).isEqualTo(3);
    runs.time.advance(Duration.ofMinutes(3)); // polls go on while all are in flight
    assertThat(runs.stats().nextPoll()).isPresent();
    runs.end(4);
    runs.awaitEnded(4);
    assertThat(runs.most).hasValue(3);
  }

  @Test
  @DisplayName("D.4 a run that takes longer than its timeout is interrupted, and the next comes")
  void theTimeoutInterrupts() {
    ManualRuns runs = ManualRuns.waiting(Overlap.coalesce());
    runs.kick();
    runs.awaitBegun(1);
    runs.kick();
    runs.time.advance(Duration.ofMinutes(10));
    runs.awaitBegun(2);
    assertThat(runs.stats().timedOut()).isEqualTo(1);
    assertThat(runs.stats().lastError().orElseThrow().summary())
        .isEqualTo("it took longer than its timeout of PT10M");
    runs.end(1);
    runs.awaitEnded(2);
  }

  @Test
  @DisplayName(
      "D.4 a run that ignores the interrupt is listed as stuck with its age, and none joins it")
  void whatIgnoresTheInterruptIsStuck() throws Exception {
    var mayEnd = new CountDownLatch(1);
    var begun = new CountDownLatch(1);
    Runner stubborn =
        () -> {
          begun.countDown();
          while (mayEnd.getCount() > 0) {
            awaitIgnoring(mayEnd);
          }
        };
    var runs = new ManualRuns(Job.of("loop", stubborn).timeout(Duration.ofSeconds(5)));
    runs.kick();
    assertThat(begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    runs.time.advance(Duration.ofSeconds(5));
    assertThat(runs.stats().inFlight().getFirst().stuck()).isFalse();
    runs.time.advance(Duration.ofSeconds(2));
    runs.kick();
    RunnerStats.RunInFlight stuck = runs.stats().inFlight().getFirst();
    assertThat(stuck.stuck()).isTrue();
    assertThat(stuck.name()).isEqualTo("loop#1");
    assertThat(stuck.age()).isBetween(Duration.ofSeconds(7), Duration.ofSeconds(8));
    assertThat(stuck.interrupted()).hasValue("it took longer than its timeout of PT5S");
    assertThat(runs.stats().inFlight()).hasSize(1);
    mayEnd.countDown();
    runs.awaitEnded(2);
    assertThat(runs.stats().timedOut()).isEqualTo(1);
  }

  private static void awaitIgnoring(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      // That is the point of it.
    }
  }

  @Test
  @DisplayName("D.4 runs in flight are cancelled by their name, or all by the job's")
  void runsAreCancelledByName() {
    ManualRuns runs = ManualRuns.waiting(Overlap.parallel(3));
    runs.kick();
    runs.kick();
    runs.kick();
    runs.awaitBegun(3);
    assertThat(runs.job.cancel("mail#9", "test")).isZero();
    assertThat(runs.job.cancel("mail#2", "test")).isEqualTo(1);
    runs.awaitEnded(1);
    assertThat(runs.stats().inFlight())
        .extracting(RunnerStats.RunInFlight::name)
        .containsExactly("mail#1", "mail#3");
    assertThat(runs.job.cancel("mail", "test")).isEqualTo(2);
    runs.awaitEnded(3);
    assertThat(runs.stats().cancelled()).isEqualTo(3);
    assertThat(runs.interrupted).hasSize(3);
  }
}
