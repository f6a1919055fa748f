package dev.remuda.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code remuda events}: what happens to a server's workers, as it happens. */
@Command(
    name = "events",
    sortOptions = false,
    header = "Follows what happens to the workers of a running server.",
    synopsisHeading = "%nUsage: ",
    customSynopsis = "remuda events ADDR [--count N] [--json] [--timeout D]",
    description = {
      "",
      "A line for each start, change of state and end of a worker, with the reason,",
      "from now on until Ctrl-C, or until the server ends.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  remuda events unix:/run/ocr.sock",
      "  remuda events unix:/run/ocr.sock --json | grep '\"ended\"'",
      "",
      "Once it listens it says so on stderr. Times are local, in JSON those of UTC.",
      "",
      "Exit status: 0 the server has ended, or N events came; 1 refused, or fewer came; 2",
      "wrong usage; 3 no server, or no answer in time; 130 Ctrl-C."
    })
final class EventsCommand extends ControlCommand {
  @Option(
      names = "--count",
      paramLabel = "N",
      description = "End after so many events. Default: follow for ever.")
  private @Nullable Long count;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final EventLines lines = new EventLines();
  private long seen;

  @Override
  int run(ControlClient server) throws CommandException {
    if (count != null && count < 1) {
      throw new ParameterException(spec.commandLine(), "--count is at least 1, not " + count);
    }
    try {
      server.follow("events", event -> take(server, event));
      return ExitStatus.DONE;
    } catch (ServerEndedException e) {
      System.err.println(lines.endOf(server));
      if (count != null) {
        throw new CommandException(
            ExitStatus.FAILED, "only " + seen + " of " + count + " events came", e);
      }
      return ExitStatus.DONE;
    }
  }

  /** False when nobody wants more. */
  private boolean take(ControlClient server, @Nullable Object value) {
    Map<?, ?> event = value instanceof Map<?, ?> map ? map : Map.of();
    if ("listening".equals(event.get("event"))) {
      System.err.println(lines.beginningOf(server));
      return true;
    }
    if (isJson()) {
      printJson(value);
    } else {
      print(lines.of(event));
    }
    seen++;
    return !System.out.checkError() && (count == null || seen < count);
  }
}
