package dev.remuda.cli;

import dev.remuda.protocol.WorkerExit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code remuda kill}: ends workers now, whatever they do. */
@Command(
    name = "kill",
    sortOptions = false,
    header = "Kills workers at once, with all that they have started.",
    synopsisHeading = "%nUsage: ",
    customSynopsis = "remuda kill ADDR ID... [--reason TEXT] [--json] [--timeout D]",
    description = {
      "",
      "The call that one is running fails; its caller reads the reason. The server",
      "starts others as they are needed. 'remuda retire' is the gentle way.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  remuda kill unix:/run/ocr.sock 7",
      "  remuda kill unix:/run/ocr.sock 'ocr(7)' 'ocr(9)' --reason 'ticket 4711'",
      "",
      "When one of several is not there, none is killed.",
      "",
      "Exit status: 0 all have ended, 1 no such worker, or one has not ended in time, 2",
      "wrong usage, 3 no server, or no answer in time."
    })
final class KillCommand extends ControlCommand {
  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "ID",
      description = "The workers, such as 'ocr(7)', or just 7.")
  private List<String> ids = new ArrayList<>();

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Why, for the caller, the log and the autopsy. Default: who asked.")
  private @Nullable String reason;

  private record Killed(WorkerRow worker, @Nullable WorkerExit exit) {
    Map<String, @Nullable Object> toJson() {
      var json = new LinkedHashMap<String, @Nullable Object>();
      json.put("id", worker.id());
      json.put("pid", worker.pid());
      json.put("ended", exit != null);
      json.put("cause", exit == null ? null : exit.cause().toString());
      return json;
    }

    String toText() {
      return worker.name() + (exit == null ? " has not ended yet" : " " + exit.cause());
    }
  }

  @Override
  int run(ControlClient server) throws CommandException {
    List<WorkerRow> workers = WorkerRow.find(WorkerRow.of(server), ids);
    for (WorkerRow each : workers) {
      String why = reason == null ? asker("kill") : reason;
      var _ = server.ask("kill", each.id(), why, each.pid());
    }
    var all = new ArrayList<Killed>();
    for (WorkerRow each : workers) {
      Object autopsy = server.askAboutWorker("autopsy", each.id(), each.pid());
      all.add(new Killed(each, WorkerExit.fromWire(autopsy)));
    }
    if (isJson()) {
      printJson(Map.of("workers", all.stream().map(Killed::toJson).toList()));
    } else {
      all.forEach(each -> print(Printable.line(each.toText())));
    }
    boolean done = all.stream().allMatch(each -> each.exit() != null);
    return done ? ExitStatus.DONE : ExitStatus.FAILED;
  }
}
