package dev.remuda.daemon;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.remuda.daemon.RunnerStats.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A job in a daemon: decides when a run begins, and watches it. One lock, its own, guards all. */
final class HostedJob {
  /** After which time an interrupted run that goes on is called stuck. */
  static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Runs begin at the most a thousand times a second, however many kicks there are. */
  static final long MIN_GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Job job;
  private final Time time;
  private final RandomGenerator random;
  private final @Nullable Poll poll;
  private final CompletableFuture<@Nullable Void> idle = new CompletableFuture<>();

  @GuardedBy("this")
  private final RunTally tally = new RunTally();

  @GuardedBy("this")
  private final List<Run> runs = new ArrayList<>();

  /** The causes of runs that are to begin as soon as they may. */
  @GuardedBy("this")
  private final Deque<String> waiting = new ArrayDeque<>();

  @GuardedBy("this")
  private boolean draining;

  @GuardedBy("this")
  private long lastStart;

  @GuardedBy("this")
  private Time.@Nullable Timer gap;

  @GuardedBy("this")
  private Time.@Nullable Timer pollTimer;

  @GuardedBy("this")
  private @Nullable Instant nextPoll;

  HostedJob(Job job, Time time, RandomGenerator random) {
    this.job = job;
    this.time = time;
    this.random = random;
    poll =
        job.triggers().stream()
            .filter(Poll.class::isInstance)
            .map(Poll.class::cast)
            .findFirst()
            .orElse(null);
    lastStart = time.nanoTime() - MIN_GAP_NANOS;
  }

  Job job() {
    return job;
  }

  boolean polls() {
    return poll != null;
  }

  /** Of a job that polls. */
  long periodNanos() {
    return poll == null ? Long.MAX_VALUE : poll.period().toNanos();
  }

  /** Begins to poll. */
  synchronized void start(long delayNanos) {
    if (poll != null) {
      pollAfter(delayNanos);
    }
  }

  /** Kicks came; which of several, and how many, makes no difference but to the counts. */
  synchronized void kick(String cause, int count) {
    tally.kicks += count;
    tally.coalesced += count - 1;
    want(cause);
  }

  /** A time has come that is no kick. */
  synchronized void due(String cause) {
    want(cause);
  }

  @GuardedBy("this")
  private void want(String cause) {
    if (draining) {
      tally.skipped++;
      return;
    }
    if (waiting.isEmpty() && runs.size() < job.overlap().capacity()) {
      waiting.add(cause);
      advance();
      return;
    }
    switch (job.overlap()) {
      case Overlap.Coalesce _ -> oneFurther(cause);
      case Overlap.Parallel _ -> oneFurther(cause);
      case Overlap.Skip _ -> {
        if (waiting.isEmpty()) {
          tally.skipped++;
        } else {
          tally.coalesced++;
        }
      }
      case Overlap.Queue(int max) -> {
        if (waiting.size() < max) {
          waiting.add(cause);
        } else {
          tally.skipped++;
        }
      }
      case Overlap.CancelOlder _ -> {
        for (Run run : runs) {
          interrupt(run, Outcome.CANCELLED, "a newer run is wanted");
        }
        oneFurther(cause);
      }
    }
  }

  @GuardedBy("this")
  private void oneFurther(String cause) {
    if (waiting.isEmpty()) {
      waiting.add(cause);
    } else {
      tally.coalesced++;
    }
  }

  @GuardedBy("this")
  private void advance() {
    while (!waiting.isEmpty() && runs.size() < job.overlap().capacity() && gap == null) {
      long early = lastStart + MIN_GAP_NANOS - time.nanoTime();
      if (early > 0) {
        gap = time.after(early, this::gapIsOver);
      } else {
        begin(waiting.remove());
      }
    }
  }

  private synchronized void gapIsOver() {
    gap = null;
    advance();
  }

  @GuardedBy("this")
  private void begin(String cause) {
    lastStart = time.nanoTime();
    String name = job.name() + "#" + ++tally.iterations;
    var itself = new Run[1];
    Thread thread =
        Thread.ofVirtual().name("remuda-run-" + name).unstarted(() -> perform(itself[0]));
    var run = new Run(name, cause, time, thread);
    itself[0] = run;
    runs.add(run);
    run.limit = time.after(job.timeout().toNanos(), () -> overdue(run));
    cancelPoll();
    if (job.overlap().capacity() > 1) {
      pollAfterPeriod();
    }
    run.start();
  }

  /** On the run's own thread. */
  private void perform(Run run) {
    Throwable thrown = null;
    try {
      job.runner().run();
    } catch (Throwable e) { // whatever it is, the next run is to come
      thrown = e;
    }
    ended(run, thrown);
    if (thrown != null) {
      RunLog.failed(run, thrown);
    }
    synchronized (this) {
      if (!draining || !runs.isEmpty()) {
        return;
      }
    }
    idle.complete(null);
  }

  private synchronized void ended(Run run, @Nullable Throwable thrown) {
    runs.remove(run);
    run.limit.cancel();
    tally.ended(run, thrown, time);
    if (runs.isEmpty() && pollTimer == null) {
      pollAfterPeriod();
    }
    advance();
  }

  private void overdue(Run run) {
    synchronized (this) {
      if (!runs.contains(run) || run.isInterrupted()) {
        return;
      }
      interrupt(run, Outcome.TIMED_OUT, "it took longer than its timeout of " + job.timeout());
    }
    RunLog.interrupted(run);
  }

  @GuardedBy("this")
  private void interrupt(Run run, Outcome outcome, String reason) {
    if (!run.isInterrupted()) {
      run.interrupt(outcome, reason);
      run.limit.cancel();
      run.limit = time.after(STUCK_NANOS, () -> goesOn(run));
    }
  }

  private void goesOn(Run run) {
    synchronized (this) {
      if (!runs.contains(run)) {
        return;
      }
      run.markStuck();
    }
    RunLog.stuck(run);
  }

  /**
   * Interrupts a run, or all of the job.
   *
   * @param name the run's or the job's
   * @return how many were
   */
  synchronized int cancel(String name, String reason) {
    int count = 0;
    for (Run run : runs) {
      if ((name.equals(job.name()) || name.equals(run.name)) && !run.isInterrupted()) {
        interrupt(run, Outcome.CANCELLED, reason);
        count++;
      }
    }
    return count;
  }

  /** Begins no further run; done when those in flight have ended. */
  CompletableFuture<@Nullable Void> drain() {
    synchronized (this) {
      draining = true;
      tally.skipped += waiting.size();
      waiting.clear();
      cancelPoll();
      if (!runs.isEmpty()) {
        return idle;
      }
    }
    idle.complete(null);
    return idle;
  }

  private synchronized void polled() {
    pollTimer = null;
    nextPoll = null;
    want("poll");
    if (pollTimer == null && job.overlap().capacity() > 1) {
      pollAfterPeriod(); // all runs are in flight, and one may be stuck
    }
  }

  @GuardedBy("this")
  private void pollAfterPeriod() {
    if (poll != null && !draining) {
      long jitter = poll.jitter().toNanos();
      pollAfter(poll.period().toNanos() + (jitter > 0 ? random.nextLong(jitter) : 0));
    }
  }

  @GuardedBy("this")
  private void pollAfter(long nanos) {
    cancelPoll();
    nextPoll = time.now().plusNanos(nanos);
    pollTimer = time.after(nanos, this::polled);
  }

  @GuardedBy("this")
  private void cancelPoll() {
    if (pollTimer != null) {
      pollTimer.cancel();
    }
    pollTimer = null;
    nextPoll = null;
  }

  synchronized List<Run> inFlight() {
    return List.copyOf(runs);
  }

  synchronized RunnerStats stats(
      List<RunnerStats.TriggerState> triggers, Optional<Instant> nextCron) {
    long now = time.nanoTime();
    return new RunnerStats(
        job.name(),
        job.overlap(),
        job.timeout(),
        Optional.ofNullable(poll).map(HostedJob::longest),
        triggers,
        tally.iterations,
        tally.succeeded,
        tally.failed,
        tally.timedOut,
        tally.cancelled,
        tally.kicks,
        tally.coalesced,
        tally.skipped,
        waiting.size(),
        tally.durations.histogram(),
        Optional.ofNullable(tally.lastRun),
        Optional.ofNullable(tally.lastError),
        Optional.ofNullable(nextPoll),
        nextCron,
        runs.stream().map(run -> run.inFlight(now)).toList());
  }

  private static Duration longest(Poll poll) {
    return poll.period().plus(poll.jitter());
  }
}
