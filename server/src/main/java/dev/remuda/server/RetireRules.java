package dev.remuda.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * When workers are replaced although nothing is wrong with them; zero switches a rule off.
 *
 * @param maxCheckouts after so many checkouts
 * @param maxAge at this age, a tenth more or less
 * @param maxIdle when a client has opened no checkout for so long
 * @param softMemory when so many bytes are resident
 * @param hardMemory killed when so many bytes are resident
 */
record RetireRules(
    int maxCheckouts, Duration maxAge, Duration maxIdle, long softMemory, long hardMemory) {
  static final RetireRules NONE = new RetireRules(0, Duration.ZERO, Duration.ZERO, 0, 0);
  static final long MIB = 1 << 20;
  private static final Duration LEAST = Duration.ofMillis(10);
  private static final Duration MOST = Duration.ofDays(365);

  boolean areTimed() {
    return !maxAge.isZero() || !maxIdle.isZero() || watchMemory();
  }

  boolean watchMemory() {
    return softMemory > 0 || hardMemory > 0;
  }

  /** What cannot be. */
  List<String> problems() {
    var problems = new ArrayList<String>();
    if (maxCheckouts < 0) {
      problems.add("maxCheckouts is at least 1, or 0 for no limit, not " + maxCheckouts);
    }
    time(problems, "maxAge", maxAge);
    time(problems, "maxIdle", maxIdle);
    if (softMemory < 0 || hardMemory < 0) {
      problems.add("a memory limit is negative: " + softMemory + ", " + hardMemory);
    } else if (softMemory > 0 && hardMemory > 0 && softMemory >= hardMemory) {
      problems.add(
          "the soft memory limit of " + softMemory + " is not under the hard one of " + hardMemory);
    }
    return problems;
  }

  private static void time(List<String> problems, String name, Duration time) {
    if (!time.isZero() && (time.compareTo(LEAST) < 0 || time.compareTo(MOST) > 0)) {
      problems.add(name + " is 10 ms to 365 days, or zero for no limit, not " + time);
    }
  }

  /** Adds those that are on to the configuration that is shown at the start. */
  void describe(Map<String, String> settings) {
    if (maxCheckouts > 0) {
      settings.put("maxCheckouts", String.valueOf(maxCheckouts));
    }
    if (!maxAge.isZero()) {
      settings.put("maxAge", maxAge.toString());
    }
    if (!maxIdle.isZero()) {
      settings.put("maxIdle", maxIdle.toString());
    }
    if (softMemory > 0) {
      settings.put("softMemoryLimit", softMemory / MIB + " MiB");
    }
    if (hardMemory > 0) {
      settings.put("hardMemoryLimit", hardMemory / MIB + " MiB");
    }
  }
}
