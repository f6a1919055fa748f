package dev.remuda.queue;

import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One of the five fields of a cron entry. */
enum CronField {
  MINUTE("minute", 0, 59, ""),
  HOUR("hour", 0, 23, ""),
  DAY_OF_MONTH("day of month", 1, 31, ""),
  MONTH("month", 1, 12, "- jan feb mar apr may jun jul aug sep oct nov dec"),
  /** Sunday is 0; 7 is read as 0. */
  DAY_OF_WEEK("day of week", 0, 7, "sun mon tue wed thu fri sat");

  private static final Pattern PART =
      Pattern.compile("(?:(\\*)|(\\w{1,9})(?:-(\\w{1,9}))?)(?:/(\\d{1,3}))?");

  private final String label;
  private final int least;
  private final int most;

  /** With a space between, in the order of their numbers; the first is of zero. */
  private final String names;

  CronField(String label, int least, int most, String names) {
    this.label = label;
    this.least = least;
    this.most = most;
    this.names = names;
  }

  /**
   * The numbers that a field allows.
   *
   * @throws IllegalArgumentException saying what is wrong in it
   */
  BitSet parse(String field) {
    var allowed = new BitSet();
    for (String part : field.split(",", -1)) {
      Matcher match = PART.matcher(part);
      if (!match.matches()) {
        throw refused(part, "is none");
      }
      add(part, match, allowed);
    }
    if (this == DAY_OF_WEEK && allowed.get(7)) {
      allowed.clear(7);
      allowed.set(0);
    }
    return allowed;
  }

  private void add(String part, Matcher match, BitSet allowed) {
    boolean any = match.group(1) != null;
    int from = any ? least : number(part, match.group(2));
    boolean open = any || (match.group(3) == null && match.group(4) != null);
    int to = open ? most : match.group(3) == null ? from : number(part, match.group(3));
    int step = match.group(4) == null ? 1 : Integer.parseInt(match.group(4));
    if (from > to) {
      throw refused(part, "runs backwards");
    }
    if (step == 0) {
      throw refused(part, "has a step of zero");
    }
    for (int value = from; value <= to; value += step) {
      allowed.set(value);
    }
  }

  private int number(String part, @Nullable String text) {
    String word = String.valueOf(text).toLowerCase(Locale.ROOT);
    int named = List.of(names.split(" ", -1)).indexOf(word);
    if (named >= 0) {
      return named;
    }
    if (!word.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw refused(part, "is none");
    }
    int value = Integer.parseInt(word);
    if (value < least || value > most) {
      throw refused(part, "is not within " + least + "-" + most);
    }
    return value;
  }

  private IllegalArgumentException refused(String part, String problem) {
    return new IllegalArgumentException("as " + label + " '" + part + "' " + problem);
  }
}
