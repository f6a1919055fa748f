package dev.remuda.daemon;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A runner with its name, its triggers, and the rules for its runs; immutable. Nothing is checked
 * before a daemon starts with it.
 *
 * @param name letters, digits, {@code .}, {@code _} and {@code -}, 64 at the most; one of its kind
 *     in a daemon
 * @param runner what is to be done
 * @param triggers when; without any it runs only when it is kicked by name
 * @param timeout how long a run may take before it is interrupted; from 1 ms to 7 days. There is no
 *     run without one
 * @param overlap what happens to triggers during a run
 */
public record Job(
    String name, Runner runner, List<Trigger> triggers, Duration timeout, Overlap overlap) {
  /** How long a run may take where nothing else is said. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(5);

  private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(1);
  private static final Duration LONGEST_TIMEOUT = Duration.ofDays(7);
  private static final Pattern NAME = Pattern.compile("[\\w.-]{1,64}");

  /** Copies the list. */
  public Job {
    triggers = List.copyOf(triggers);
  }

  /** A job with all defaults. */
  public static Job of(String name, Runner runner, Trigger... triggers) {
    return new Job(name, runner, List.of(triggers), DEFAULT_TIMEOUT, Overlap.coalesce());
  }

  /** The same with further triggers. */
  public Job on(Trigger... further) {
    var all = new ArrayList<>(triggers);
    all.addAll(List.of(further));
    return new Job(name, runner, all, timeout, overlap);
  }

  /** The same with another timeout. */
  public Job timeout(Duration limit) {
    return new Job(name, runner, triggers, limit, overlap);
  }

  /** The same with another rule for triggers during a run. */
  public Job overlap(Overlap rule) {
    return new Job(name, runner, triggers, timeout, rule);
  }

  /** What is wrong with it, each with its value. */
  List<String> problems() {
    var problems = new ArrayList<String>();
    if (!isName(name)) {
      problems.add(
          "'" + name + "' is no name of letters, digits, '.', '_' and '-', 64 at the most");
    }
    if (timeout.compareTo(SHORTEST_TIMEOUT) < 0 || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
      problems.add("the timeout " + timeout + " is not between PT0.001S and 7 days");
    }
    problems.addAll(overlap.problems());
    triggers.forEach(trigger -> problems.addAll(trigger.problems()));
    long polls = triggers.stream().filter(Poll.class::isInstance).count();
    if (polls > 1) {
      problems.add("there are " + polls + " polls where one would do: " + triggers);
    }
    return problems.stream().map(problem -> "job '" + name + "': " + problem).toList();
  }

  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }
}
