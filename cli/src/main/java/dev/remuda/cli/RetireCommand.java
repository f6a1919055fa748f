package dev.remuda.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code remuda retire}: replaces workers without loss. */
@Command(
    name = "retire",
    sortOptions = false,
    header = "Replaces workers without losing a call.",
    synopsisHeading = "%nUsage: ",
    customSynopsis = "remuda retire ADDR ID... [--reason TEXT] [--json] [--timeout D]",
    description = {
      "",
      "Another is started for each first. Then an idle one leaves at once, a busy one",
      "when its client lets it go, which it is asked for.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  remuda retire unix:/run/ocr.sock 7 9",
      "  remuda retire unix:/run/ocr.sock 'ocr(7)' --reason 'it looks large'",
      "",
      "When one of several is not there, none is retired.",
      "",
      "Exit status: 0 told to leave, 1 no such worker, 2 wrong usage, 3 no server, or no",
      "answer in time."
    })
final class RetireCommand extends ControlCommand {
  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "ID",
      description = "The workers, such as 'ocr(7)', or just 7.")
  private List<String> ids = new ArrayList<>();

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Why, for the list of workers and the events. Default: who asked.")
  private @Nullable String reason;

  @Override
  int run(ControlClient server) throws CommandException {
    var all = new ArrayList<Map<String, @Nullable Object>>();
    for (WorkerRow each : WorkerRow.find(WorkerRow.of(server), ids)) {
      String why = reason == null ? asker("retire") : reason;
      boolean fresh = Boolean.TRUE.equals(server.ask("retire", each.id(), why, each.pid()));
      var json = new LinkedHashMap<String, @Nullable Object>();
      json.put("id", each.id());
      json.put("pid", each.pid());
      json.put("retired", fresh);
      all.add(json);
      if (!isJson()) {
        print(
            Printable.line(each.name())
                + (fresh
                    ? " leaves when another is ready and its client has let it go"
                    : " is on its way out already"));
      }
    }
    if (isJson()) {
      printJson(Map.of("workers", all));
    }
    return ExitStatus.DONE;
  }
}
