package dev.remuda.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * When a call that kills workers is refused. Only deaths count that it may be to blame for: not the
 * end of a server, a connection that was cut, or a call that its own caller gave up. Deaths of the
 * same call that was under way several times at once count as one.
 *
 * @param deaths how many workers it may kill
 * @param within within what time
 * @param refusedFor how long it is refused then
 */
public record PoisonRule(int deaths, Duration within, Duration refusedFor) {
  /** Three workers within ten minutes, refused for ten minutes. */
  public static final PoisonRule DEFAULT =
      new PoisonRule(3, Duration.ofMinutes(10), Duration.ofMinutes(10));

  /** No call is ever refused. */
  public static final PoisonRule OFF = new PoisonRule(0, Duration.ZERO, Duration.ZERO);

  boolean isOff() {
    return equals(OFF);
  }

  /** All that cannot be, each with its value. */
  List<String> problems() {
    var problems = new ArrayList<String>();
    if (isOff()) {
      return problems;
    }
    if (deaths < 1) {
      problems.add("poison deaths is at least 1, not " + deaths);
    }
    duration("within", within, problems);
    duration("refusedFor", refusedFor, problems);
    return problems;
  }

  private static void duration(String name, Duration value, List<String> problems) {
    if (value.isNegative() || value.isZero() || value.compareTo(CheckoutOptions.LONGEST) > 0) {
      problems.add(
          "poison "
              + name
              + " is positive and at most "
              + CheckoutOptions.LONGEST
              + ", not "
              + value);
    }
  }
}
