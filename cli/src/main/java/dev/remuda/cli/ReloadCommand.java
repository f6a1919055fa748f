package dev.remuda.cli;

import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code remuda reload}: replaces all workers, a few at a time. */
@Command(
    name = "reload",
    sortOptions = false,
    header = "Replaces all workers without losing a call.",
    synopsisHeading = "%nUsage: ",
    customSynopsis = "remuda reload ADDR [--reason TEXT] [--json] [--timeout D]",
    description = {
      "",
      "New ones are started first, with the jars that are there now; each of the old",
      "leaves when it is let go. While new ones cannot be started or set up, the old",
      "ones stay. The options of the server stay as they are. SIGHUP does the same.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  remuda reload unix:/run/ocr.sock",
      "  remuda reload unix:/run/ocr.sock --reason 'new jars'",
      "",
      "Then 'remuda workers' shows who is still to be replaced, 'remuda status' why it",
      "does not go on, if that is so.",
      "",
      "Exit status: 0 begun, 1 refused, 2 wrong usage, 3 no server, or no answer in",
      "time."
    })
final class ReloadCommand extends ControlCommand {
  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Why, for the list of workers and the events. Default: who asked.")
  private @Nullable String reason;

  @Override
  int run(ControlClient server) throws CommandException {
    List<WorkerRow> workers = WorkerRow.of(server);
    var _ = server.ask("reload", reason == null ? asker("reload") : reason);
    if (isJson()) {
      var json = new LinkedHashMap<String, Object>();
      json.put("reloading", true);
      json.put("workers", workers.size());
      printJson(json);
    } else {
      print(
          workers.size() == 1
              ? "1 worker is being replaced, the new one first"
              : workers.size() + " workers are being replaced, new ones first");
    }
    return ExitStatus.DONE;
  }
}
