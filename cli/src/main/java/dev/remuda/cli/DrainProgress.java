package dev.remuda.cli;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Who is still there while a server drains: one line that changes on a terminal, else a line for
 * each change.
 */
final class DrainProgress {
  private final boolean again = Terminal.STDERR.isAttached();
  private final int width = again ? Terminal.STDERR.columns() - 1 : Integer.MAX_VALUE;
  private List<String> before = List.of();

  void show(List<WorkerRow> workers) {
    List<String> now = workers.stream().map(each -> each.id() + " " + each.state()).toList();
    if (again) {
      String line = Printable.line(line(workers));
      System.err.print(Terminal.lineAgain() + line.substring(0, Math.min(width, line.length())));
    } else if (!now.equals(before)) {
      System.err.println(Printable.line(line(workers)));
    }
    before = now;
  }

  void end() {
    if (again) {
      System.err.print(Terminal.lineAgain());
    }
  }

  private static String line(List<WorkerRow> workers) {
    if (workers.isEmpty()) {
      return "no worker left";
    }
    return workers.size()
        + (workers.size() == 1 ? " worker left: " : " workers left: ")
        + workers.stream()
            .map(each ->
                each.id() + " " + each.state() + " " + DurationText.rounded(each.inStateMillis()))
            .collect(Collectors.joining(", "));
  }
}
