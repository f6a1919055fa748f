package dev.remuda.queue;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The five fields of cron: minute, hour, day of the month, month, day of the week. */
final class CronSchedule {
  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
  private static final List<String> DAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");
  private static final int MOST_YEARS = 8;
  private static final int LONGEST = 200;

  private final String text;
  private final BitSet minutes;
  private final BitSet hours;
  private final BitSet days;
  private final BitSet months;
  private final BitSet weekdays;

  /** Where both days are given, one that fits either is enough. */
  private final boolean eitherDay;

  private CronSchedule(String text, String[] fields) {
    this.text = text;
    this.minutes = field(fields[0], 0, 59, List.of());
    this.hours = field(fields[1], 0, 23, List.of());
    this.days = field(fields[2], 1, 31, List.of());
    this.months = field(fields[3], 1, 12, MONTHS);
    this.weekdays = field(fields[4], 0, 7, DAYS);
    if (weekdays.get(7)) {
      weekdays.set(0);
    }
    this.eitherDay = !fields[2].startsWith("*") && !fields[4].startsWith("*");
  }

  /**
   * @throws IllegalArgumentException saying what cannot be, with the text
   */
  static CronSchedule parse(String text) {
    String[] fields = text.strip().split("\\s+", 6);
    if (text.length() > LONGEST || fields.length != 5) {
      throw new IllegalArgumentException(
          "a schedule has five fields (minute hour day month weekday), not " + shown(text));
    }
    CronSchedule schedule;
    try {
      schedule = new CronSchedule(String.join(" ", fields), fields);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("schedule " + shown(text) + ": " + e.getMessage(), e);
    }
    if (schedule.search(LocalDateTime.of(2024, 1, 1, 0, 0)) == null) {
      throw new IllegalArgumentException("schedule " + shown(text) + " never comes");
    }
    return schedule;
  }

  private static String shown(String text) {
    return "\"" + (text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text) + "\"";
  }

  private static BitSet field(String field, int least, int most, List<String> names) {
    var set = new BitSet();
    for (String part : field.toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] stepped = part.split("/", 2);
      int step = stepped.length == 1 ? 1 : number(stepped[1], 1, most, List.of());
      String[] range = stepped[0].split("-", 2);
      boolean all = stepped[0].equals("*");
      int from = all ? least : number(range[0], least, most, names);
      int to =
          all || (range.length == 1 && stepped.length == 2)
              ? most
              : number(range[range.length - 1], least, most, names);
      if (from > to) {
        throw new IllegalArgumentException(part + " runs backwards");
      }
      for (int i = from; i <= to; i += step) {
        set.set(i);
      }
    }
    return set;
  }

  private static int number(String text, int least, int most, List<String> names) {
    int named = names.indexOf(text);
    if (named >= 0) {
      return named + least;
    }
    int value = text.matches("[0-9]{1,2}") ? Integer.parseInt(text) : -1;
    if (value < least || value > most) {
      throw new IllegalArgumentException("\"" + text + "\" is not from " + least + " to " + most);
    }
    return value;
  }

  String text() {
    return text;
  }

  /**
   * The first time after another. What falls into an hour that the clocks leave out comes after it;
   * in an hour that comes twice it comes once.
   */
  Instant next(Instant after, ZoneId zone) {
    LocalDateTime from =
        LocalDateTime.ofInstant(after, zone).truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
    for (LocalDateTime at = search(from); at != null; at = search(at.plusMinutes(1))) {
      Instant instant = at.atZone(zone).toInstant();
      if (instant.isAfter(after)) {
        return instant;
      }
    }
    throw new IllegalStateException("schedule " + text + " never comes");
  }

  private @Nullable LocalDateTime search(LocalDateTime from) {
    LocalDateTime at = from;
    LocalDateTime end = from.plusYears(MOST_YEARS);
    while (at.isBefore(end)) {
      if (!months.get(at.getMonthValue())) {
        at = at.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1).plusMonths(1);
      } else if (!fitsDay(at)) {
        at = at.truncatedTo(ChronoUnit.DAYS).plusDays(1);
      } else if (!hours.get(at.getHour())) {
        at = at.truncatedTo(ChronoUnit.HOURS).plusHours(1);
      } else if (!minutes.get(at.getMinute())) {
        at = at.plusMinutes(1);
      } else {
        return at;
      }
    }
    return null;
  }

  private boolean fitsDay(LocalDateTime at) {
    boolean day = days.get(at.getDayOfMonth());
    boolean weekday = weekdays.get(at.getDayOfWeek().getValue() % 7);
    return eitherDay ? day || weekday : day && weekday;
  }
}
