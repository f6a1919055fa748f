package dev.remuda.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A job in manual time, whose runs end when the test lets them. */
final class ManualRuns {
  static final Duration PATIENCE = Duration.ofSeconds(40);

  final ManualTime time = new ManualTime();
  final HostedJob job;
  final AtomicInteger begun = new AtomicInteger();
  final AtomicInteger together = new AtomicInteger();
  final AtomicInteger most = new AtomicInteger();
  final List<Throwable> interrupted = new CopyOnWriteArrayList<>();
  private final Semaphore endings = new Semaphore(0);

  ManualRuns(Job given) {
    job = new HostedJob(given, time, new SplittableRandom(1));
  }

  /** One whose runs wait for {@link #end}. */
  static ManualRuns waiting(Overlap overlap, Trigger... triggers) {
    var runs = new ManualRuns[1];
    Job job =
        Job.of("mail", () -> runs[0].run(), triggers)
            .overlap(overlap)
            .timeout(Duration.ofMinutes(10));
    runs[0] = new ManualRuns(job);
    return runs[0];
  }

  private void run() throws InterruptedException {
    begun.incrementAndGet();
    most.accumulateAndGet(together.incrementAndGet(), Math::max);
    try {
      endings.acquire();
    } catch (InterruptedException e) {
      interrupted.add(e);
      throw e;
    } finally {
      together.decrementAndGet();
    }
  }

  void kick() {
    time.advance(Duration.ofMillis(2)); // else it is held back, as one of a flood
    job.kick("test", 1);
  }

  void end(int count) {
    endings.release(count);
  }

  RunnerStats stats() {
    return job.stats(List.of(), Optional.empty());
  }

  long ended() {
    RunnerStats stats = stats();
    return stats.succeeded() + stats.failed() + stats.timedOut() + stats.cancelled();
  }

  void awaitBegun(int count) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(begun).hasValue(count));
  }

  void awaitEnded(long count) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(ended()).isEqualTo(count));
  }

  void awaitInFlight(int count) {
    await().atMost(PATIENCE).until(() -> stats().inFlight().size() == count);
  }
}
