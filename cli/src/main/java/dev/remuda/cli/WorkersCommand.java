package dev.remuda.cli;

import dev.remuda.cli.Table.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code remuda workers}: a table of a server's worker processes. */
@Command(
    name = "workers",
    sortOptions = false,
    header = "Lists the workers of a running server.",
    synopsisHeading = "%nUsage: ",
    customSynopsis = "remuda workers ADDR [--json] [--timeout D]",
    description = {
      "",
      "Which there are, what each is doing and since when, how old it is, how many",
      "connections it took, how much memory of it is resident, and why it is to leave",
      "or cannot serve, if that is so.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  remuda workers unix:/run/ocr.sock",
      "  remuda workers unix:/run/ocr.sock --json",
      "",
      "States: STARTING, STANDBY (waits for a connection), SETUP_FAILED, BUSY (has a",
      "connection), RETIRING (leaves when it is let go), ENDING (killed).",
      "",
      "Exit status: 0 answered, 1 refused, 2 wrong usage, 3 no server, or no answer in",
      "time."
    })
final class WorkersCommand extends ControlCommand {
  /** States that need no reason while a worker is to stay. */
  private static final Set<String> PLAIN = Set.of("STARTING", "STANDBY", "BUSY");

  @Override
  int run(ControlClient server) throws CommandException {
    Object answer = server.ask("workers");
    List<WorkerRow> workers = WorkerRow.of(server, answer);
    if (isJson()) {
      printJson(Map.of("workers", List.copyOf((List<?>) nonNull(answer))));
    } else if (workers.isEmpty()) {
      print("no workers");
    } else {
      print(table(workers).text(width()));
    }
    return ExitStatus.DONE;
  }

  private static Object nonNull(@Nullable Object answer) {
    return answer == null ? List.of() : answer;
  }

  private static Table table(List<WorkerRow> workers) {
    boolean several = workers.stream().map(WorkerRow::address).distinct().count() > 1;
    var columns =
        new ArrayList<>(
            List.of(
                Column.left("WORKER"),
                Column.right("PID"),
                Column.left("STATE"),
                Column.right("FOR"),
                Column.right("AGE"),
                Column.right("CHECKOUTS"),
                Column.right("MEMORY")));
    if (several) {
      columns.add(Column.left("ADDRESS"));
    }
    var table = new Table(columns);
    for (WorkerRow each : workers) {
      var cells =
          new ArrayList<>(
              List.of(
                  Printable.line(each.id()),
                  String.valueOf(each.pid()),
                  Printable.line(each.state()),
                  DurationText.rounded(each.inStateMillis()),
                  DurationText.rounded(each.ageMillis()),
                  String.valueOf(each.checkouts()),
                  (each.rssKib() + 512) / 1024 + " MiB"));
      if (several) {
        cells.add(Printable.line(each.address()));
      }
      table.add(cells, style(each), Printable.line(remark(each)));
    }
    return table;
  }

  private static String remark(WorkerRow worker) {
    return worker.toBeReplaced()
        ? "to be replaced: " + worker.reason()
        : PLAIN.contains(worker.state()) ? "" : worker.reason();
  }

  private static UnaryOperator<String> style(WorkerRow worker) {
    return switch (worker.state()) {
      case "STANDBY" -> Terminal.STDOUT::green;
      case "STARTING" -> Terminal.STDOUT::dim;
      case "RETIRING" -> Terminal.STDOUT::yellow;
      case "SETUP_FAILED", "ENDING" -> Terminal.STDOUT::red;
      default -> UnaryOperator.identity();
    };
  }
}
