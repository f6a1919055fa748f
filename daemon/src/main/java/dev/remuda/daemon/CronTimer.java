package dev.remuda.daemon;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.remuda.queue.CronTimes;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes a job run at the times of a cron entry. It follows the wall clock, which may be set. */
final class CronTimer {
  /** How long it may take to notice that the clock was set. */
  static final Duration LOOK = Duration.ofSeconds(20);

  private final Cron cron;
  private final CronTimes times;
  private final Time time;
  private final HostedJob job;

  @GuardedBy("this")
  private Instant seen;

  @GuardedBy("this")
  private Instant next;

  @GuardedBy("this")
  private Time.@Nullable Timer timer;

  @GuardedBy("this")
  private boolean closed;

  CronTimer(Cron cron, Time time, HostedJob job) {
    this.cron = cron;
    this.time = time;
    this.job = job;
    times = CronTimes.parse(cron.expression(), cron.zone());
    seen = time.now();
    next = times.next(seen);
  }

  synchronized void start() {
    wait(time.now());
  }

  private void look() {
    boolean due;
    synchronized (this) {
      if (closed) {
        return;
      }
      Instant now = time.now();
      due = !now.isBefore(next);
      if (due || now.isBefore(seen)) {
        next = times.next(now);
      }
      wait(now);
    }
    if (due) {
      job.due(cron.toString());
    }
  }

  @GuardedBy("this")
  private void wait(Instant now) {
    seen = now;
    Duration left = Duration.between(now, next);
    timer = time.after((left.compareTo(LOOK) < 0 ? left : LOOK).toNanos(), this::look);
  }

  synchronized Optional<Instant> next() {
    return closed ? Optional.empty() : Optional.of(next);
  }

  synchronized void close() {
    closed = true;
    if (timer != null) {
      timer.cancel();
    }
  }
}
