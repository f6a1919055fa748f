package dev.remuda.daemon;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All that a daemon was told. */
record DaemonSettings(
    String name,
    List<Job> jobs,
    List<Part> parts,
    List<Reload> reloads,
    Duration grace,
    Duration startSpread,
    boolean capture) {
  private static final Duration LONGEST = Duration.ofDays(1);

  /** Those that end or reload a daemon that is a program. */
  static final List<String> OWN_SIGNALS = List.of("TERM", "INT", "HUP");

  DaemonSettings {
    jobs = List.copyOf(jobs);
    parts = List.copyOf(parts);
    reloads = List.copyOf(reloads);
  }

  /**
   * Looks at all of it.
   *
   * @param asProgram whether the daemon has signals of its own
   * @throws IllegalArgumentException naming all that cannot be
   */
  void check(boolean asProgram) {
    var problems = new ArrayList<String>();
    if (!Job.isName(name)) {
      problems.add("the daemon's name '" + name + "' is none of letters, digits, '.', '_' and '-'");
    }
    within("grace", grace, problems);
    within("start spread", startSpread, problems);
    jobs.forEach(job -> problems.addAll(job.problems()));
    twice("job", jobs.stream().map(Job::name).toList(), problems);
    for (Part part : parts) {
      if (part instanceof Part.OfEndpoint(Endpoint endpoint)) {
        endpoint.problems().forEach(p -> problems.add("'" + endpoint.name() + "': " + p));
      }
    }
    twice("pool or endpoint", parts.stream().map(Part::name).toList(), problems);
    if (asProgram) {
      ownSignals(problems);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "the daemon '" + name + "' cannot be: " + String.join("; ", problems));
    }
  }

  private static void within(String what, Duration value, List<String> problems) {
    if (value.isNegative() || value.compareTo(LONGEST) > 0) {
      problems.add("the " + what + " " + value + " is not between zero and 24 hours");
    }
  }

  private static void twice(String what, List<String> names, List<String> problems) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        problems.add("the name '" + name + "' is given to more than one " + what);
      }
    }
  }

  private void ownSignals(List<String> problems) {
    for (Job job : jobs) {
      for (Trigger trigger : job.triggers()) {
        if (trigger instanceof SignalKick(String signal) && OWN_SIGNALS.contains(signal)) {
          problems.add(
              "job '" + job.name() + "': the signal " + signal + " ends or reloads the daemon");
        }
      }
    }
  }

  /** For the log and the status page. */
  Map<String, String> asText() {
    Map<String, String> text = new LinkedHashMap<>();
    text.put("grace", grace.toString());
    text.put("start spread", startSpread.toString());
    for (Job job : jobs) {
      text.put(
          "job " + job.name(),
          job.triggers() + ", timeout " + job.timeout() + ", " + job.overlap());
    }
    return text;
  }
}
