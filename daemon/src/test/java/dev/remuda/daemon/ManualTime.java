package dev.remuda.daemon;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Clocks that a test moves. */
final class ManualTime implements Time {
  private final List<Task> tasks = new ArrayList<>();
  private Instant wall = Instant.parse("2026-03-01T12:00:00Z");
  private long nanos = 1;
  private long count;

  private record Task(long at, long number, Runnable action) {}

  @Override
  public synchronized Instant now() {
    return wall;
  }

  @Override
  public synchronized long nanoTime() {
    return nanos;
  }

  @Override
  public synchronized Timer after(long delay, Runnable action) {
    var task = new Task(nanos + delay, count++, action);
    tasks.add(task);
    return () -> cancel(task);
  }

  private synchronized void cancel(Task task) {
    tasks.remove(task);
  }

  /** Sets the wall clock; timers do not notice. */
  synchronized void set(Instant now) {
    wall = now;
  }

  /** Lets time pass, and runs what is due in its order. */
  void advance(Duration time) {
    long end = nanoTime() + time.toNanos();
    for (Task task = next(end); task != null; task = next(end)) {
      task.action().run();
    }
    moveTo(end);
  }

  private synchronized Task next(long end) {
    Task first =
        tasks.stream()
            .filter(task -> task.at() <= end)
            .min(Comparator.comparingLong(Task::at).thenComparingLong(Task::number))
            .orElse(null);
    if (first != null) {
      tasks.remove(first);
      moveTo(Math.max(nanos, first.at()));
    }
    return first;
  }

  private synchronized void moveTo(long to) {
    wall = wall.plusNanos(to - nanos);
    nanos = to;
  }
}
