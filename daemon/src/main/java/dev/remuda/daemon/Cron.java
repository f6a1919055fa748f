package dev.remuda.daemon;

import dev.remuda.queue.CronTimes;
import java.time.ZoneId;
import java.util.List;

/**
 * Runs at the times of a cron entry: minute, hour, day of month, month, day of week, each {@code
 * *}, a number, a range {@code 1-5}, a step {@code *}{@code /15} or a list of these; months and
 * days may be named ({@code jan}, {@code mon}), and Sunday is 0 or 7. Where both days are
 * restricted, either will do.
 *
 * <p>Times are those of the wall clock in {@code zone}. Where a change to summer time leaves out a
 * time, an entry with fixed hours runs once, at the end of the gap; where a change back repeats
 * one, it runs the first time only. An entry whose hour is {@code *} follows real time: it leaves
 * out what does not exist and runs twice in the repeated hour. When the clock is set forward over
 * several times, the entry runs once.
 *
 * @param expression the five fields
 * @param zone whose wall clock counts
 */
public record Cron(String expression, ZoneId zone) implements Trigger {
  /** An entry in this machine's time zone. */
  public static Cron of(String expression) {
    return new Cron(expression, ZoneId.systemDefault());
  }

  /** An entry in a time zone. */
  public static Cron of(String expression, ZoneId zone) {
    return new Cron(expression, zone);
  }

  @Override
  public List<String> problems() {
    try {
      var _ = CronTimes.parse(expression, zone);
      return List.of();
    } catch (IllegalArgumentException e) {
      return List.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public String toString() {
    return "cron '" + expression + "' " + zone;
  }
}
