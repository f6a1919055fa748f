package dev.remuda.daemon;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Lets what is in flight end, for a while; then insists, for a shorter one. */
final class Drain {
  private static final System.Logger LOG = System.getLogger("dev.remuda.daemon");

  /** How long what is interrupted may take to end. */
  private static final Duration LAST_MOMENT = Duration.ofSeconds(2);

  private final List<HostedJob> jobs;
  private final List<Endpoint> endpoints;

  Drain(List<HostedJob> jobs, List<Endpoint> endpoints) {
    this.jobs = jobs;
    this.endpoints = endpoints;
  }

  /** Blocks for the grace and the last moment at the most. */
  ExitReason run(Duration grace) {
    var all = new ArrayList<CompletableFuture<@Nullable Void>>();
    var drainers = new ArrayList<Thread>();
    for (Endpoint endpoint : endpoints) {
      var done = new CompletableFuture<@Nullable Void>();
      all.add(done);
      drainers.add(
          Thread.ofVirtual()
              .name("remuda-drain-" + endpoint.name())
              .start(() -> drain(endpoint, done)));
    }
    jobs.forEach(job -> all.add(job.drain()));
    var ended = CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
    if (endsWithin(ended, grace)) {
      return ExitReason.DRAINED;
    }
    drainers.forEach(Thread::interrupt);
    jobs.forEach(job -> job.cancel(job.job().name(), "the daemon ends, and its grace is over"));
    if (endsWithin(ended, LAST_MOMENT)) {
      return ExitReason.CANCELLED;
    }
    jobs.forEach(job -> job.inFlight().forEach(RunLog::stuck));
    return ExitReason.STUCK;
  }

  private static void drain(Endpoint endpoint, CompletableFuture<@Nullable Void> done) {
    try {
      endpoint.drain();
    } catch (InterruptedException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} gave up what it had, as the grace was over",
          endpoint.name());
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, endpoint.name() + " failed to drain", e);
    } finally {
      done.complete(null);
    }
  }

  private static boolean endsWithin(CompletableFuture<?> ended, Duration time) {
    try {
      ended.get(time.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ended.isDone();
    }
  }
}
