package dev.remuda.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A worker as its server tells of it; what is missing or of another form is 0 or empty. */
record WorkerRow(
    String id,
    long pid,
    String state,
    String reason,
    boolean toBeReplaced,
    String address,
    long ageMillis,
    long inStateMillis,
    long checkouts,
    long rssKib) {
  private static final int SHOWN = 10;

  /** The workers of this moment. */
  static List<WorkerRow> of(ControlClient server) throws CommandException {
    return of(server, server.ask("workers"));
  }

  /** Those of an answer. */
  static List<WorkerRow> of(ControlClient server, @Nullable Object answer) throws CommandException {
    if (!(answer instanceof List<?> all)) {
      throw server.nonsense("workers");
    }
    var rows = new ArrayList<WorkerRow>();
    for (Object each : all) {
      if (!(each instanceof Map<?, ?> wire) || !(wire.get("id") instanceof String id)) {
        throw server.nonsense("workers");
      }
      rows.add(
          new WorkerRow(
              id,
              number(wire, "pid"),
              text(wire, "state"),
              text(wire, "reason"),
              Boolean.TRUE.equals(wire.get("toBeReplaced")),
              text(wire, "address"),
              number(wire, "ageMillis"),
              number(wire, "inStateMillis"),
              number(wire, "checkouts"),
              number(wire, "rssKib")));
    }
    return rows;
  }

  /**
   * The one that is meant: by its whole name, or by its number alone, which needs no quotes in a
   * shell.
   */
  static WorkerRow find(List<WorkerRow> workers, String given) throws CommandException {
    for (WorkerRow each : workers) {
      if (each.id.equals(given) || each.id.endsWith("(" + given + ")")) {
        return each;
      }
    }
    throw new CommandException(
        ExitStatus.FAILED, "no worker '" + given + "' lives; " + existing(workers), null);
  }

  /** The same for several, each once. */
  static List<WorkerRow> find(List<WorkerRow> workers, List<String> given) throws CommandException {
    var found = new LinkedHashSet<WorkerRow>();
    for (String each : given) {
      found.add(find(workers, each));
    }
    return List.copyOf(found);
  }

  private static String existing(List<WorkerRow> workers) {
    if (workers.isEmpty()) {
      return "there is none at all";
    }
    String names = String.join(", ", workers.stream().limit(SHOWN).map(each -> each.id).toList());
    int more = workers.size() - SHOWN;
    return "there are " + names + (more > 0 ? " and " + more + " more" : "");
  }

  /** Which and where, in one piece. */
  String name() {
    return id + " (pid " + pid + ")";
  }

  static String text(Map<?, ?> wire, String key) {
    return wire.get(key) instanceof String text ? text : "";
  }

  static long number(Map<?, ?> wire, String key) {
    return wire.get(key) instanceof Long number ? Math.max(0, number) : 0;
  }
}
