package dev.remuda.queue;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The times of one cron entry in a time zone: minute, hour, day of month, month, day of week.
 * Immutable.
 *
 * <p>Where a change to summer time leaves out a time, an entry with fixed hours comes once, at the
 * end of the gap; where a change back repeats one, it comes the first time only. An entry whose
 * hour is {@code *} follows real time.
 */
public final class CronTimes {
  /** Between two leap days of one day of the week there are forty years at the most. */
  private static final int YEARS_AHEAD = 41;

  private static final int LONGEST = 500;

  private final String text;
  private final BitSet minutes;
  private final BitSet hours;
  private final BitSet daysOfMonth;
  private final BitSet months;
  private final BitSet daysOfWeek;
  private final boolean eitherDay;
  private final boolean everyHour;
  private final ZoneRules rules;

  private CronTimes(String[] fields, ZoneId zone) {
    text = String.join(" ", fields) + " " + zone;
    minutes = CronField.MINUTE.parse(fields[0]);
    hours = CronField.HOUR.parse(fields[1]);
    daysOfMonth = CronField.DAY_OF_MONTH.parse(fields[2]);
    months = CronField.MONTH.parse(fields[3]);
    daysOfWeek = CronField.DAY_OF_WEEK.parse(fields[4]);
    eitherDay = !fields[2].startsWith("*") && !fields[4].startsWith("*");
    everyHour = fields[1].equals("*");
    rules = zone.getRules();
  }

  /**
   * Reads an entry.
   *
   * @param expression the five fields, of 500 characters at the most
   * @throws IllegalArgumentException saying what is wrong in it
   */
  public static CronTimes parse(String expression, ZoneId zone) {
    if (expression.length() > LONGEST) {
      throw new IllegalArgumentException(
          "the cron entry '"
              + expression.substring(0, LONGEST)
              + "…' has "
              + expression.length()
              + " characters, more than "
              + LONGEST);
    }
    String[] fields = expression.strip().split("\\s+", 7);
    if (fields.length != 5) {
      throw new IllegalArgumentException(
          "the cron entry '" + expression + "' has " + fields.length + " fields, not five");
    }
    CronTimes times;
    try {
      times = new CronTimes(fields, zone);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the cron entry '" + expression + "': " + e.getMessage(), e);
    }
    if (times.local(LocalDateTime.of(2024, 1, 1, 0, 0)) == null) {
      throw new IllegalArgumentException("the cron entry '" + expression + "' names no day at all");
    }
    return times;
  }

  /** The first time after a moment. */
  public Instant next(Instant after) {
    Instant at = after.truncatedTo(ChronoUnit.MINUTES);
    ZoneOffset offset = rules.getOffset(at);
    LocalDateTime from = firstPass(LocalDateTime.ofInstant(at, offset), offset).plusMinutes(1);
    ZoneOffsetTransition change = rules.nextTransition(at);
    while (true) {
      LocalDateTime found = Objects.requireNonNull(local(from)); // there is one, parse saw to it
      Instant instant = found.toInstant(offset);
      if (change == null || instant.isBefore(change.getInstant())) {
        return instant;
      }
      if (change.isGap() && !everyHour && found.isBefore(change.getDateTimeAfter())) {
        return change.getInstant();
      }
      offset = change.getOffsetAfter();
      from = change.isGap() || everyHour ? change.getDateTimeAfter() : change.getDateTimeBefore();
      change = rules.nextTransition(change.getInstant());
    }
  }

  /** A fixed hour is not looked for in the second pass through a repeated one. */
  private LocalDateTime firstPass(LocalDateTime local, ZoneOffset offset) {
    ZoneOffsetTransition change = rules.getTransition(local);
    boolean second = change != null && change.isOverlap() && offset.equals(change.getOffsetAfter());
    return second && !everyHour ? change.getDateTimeBefore().minusMinutes(1) : local;
  }

  private @Nullable LocalDateTime local(LocalDateTime from) {
    LocalDate day = from.toLocalDate();
    LocalTime time = matches(day) ? time(from.toLocalTime()) : null;
    if (time == null) {
      day = day(day.plusDays(1));
      time = time(LocalTime.MIDNIGHT);
    }
    return day == null || time == null ? null : day.atTime(time);
  }

  /** The first time of day from one on. */
  private @Nullable LocalTime time(LocalTime from) {
    int hour = hours.nextSetBit(from.getHour());
    if (hour == from.getHour()) {
      int minute = minutes.nextSetBit(from.getMinute());
      if (minute >= 0) {
        return LocalTime.of(hour, minute);
      }
      hour = hours.nextSetBit(hour + 1);
    }
    return hour < 0 ? null : LocalTime.of(hour, minutes.nextSetBit(0));
  }

  private @Nullable LocalDate day(LocalDate from) {
    LocalDate end = from.plusYears(YEARS_AHEAD);
    LocalDate day = from;
    while (day.isBefore(end)) {
      if (!months.get(day.getMonthValue())) {
        day = day.withDayOfMonth(1).plusMonths(1);
      } else if (matches(day)) {
        return day;
      } else {
        day = day.plusDays(1);
      }
    }
    return null;
  }

  private boolean matches(LocalDate day) {
    boolean ofMonth = daysOfMonth.get(day.getDayOfMonth());
    boolean ofWeek = daysOfWeek.get(day.getDayOfWeek().getValue() % 7);
    return months.get(day.getMonthValue()) && (eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek);
  }

  /** The five fields, each with one space after it, and the zone. */
  @Override
  public String toString() {
    return text;
  }
}
