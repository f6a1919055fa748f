package dev.remuda.daemon;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The cron entries of a daemon's jobs; filled before it runs. */
final class CronTimers {
  private final Map<HostedJob, List<CronTimer>> timers = new HashMap<>();

  void add(HostedJob job, Time time) {
    for (Trigger trigger : job.job().triggers()) {
      if (trigger instanceof Cron cron) {
        timers.computeIfAbsent(job, j -> new ArrayList<>()).add(new CronTimer(cron, time, job));
      }
    }
  }

  void start() {
    timers.values().forEach(all -> all.forEach(CronTimer::start));
  }

  Optional<Instant> next(HostedJob job) {
    return timers.getOrDefault(job, List.of()).stream()
        .flatMap(timer -> timer.next().stream())
        .min(Instant::compareTo);
  }

  void close() {
    timers.values().forEach(all -> all.forEach(CronTimer::close));
  }
}
