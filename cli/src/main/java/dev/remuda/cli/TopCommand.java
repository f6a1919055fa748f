package dev.remuda.cli;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code remuda top}: a server's workers in the terminal, again and again. */
@Command(
    name = "top",
    sortOptions = false,
    header = "Watches the workers of a running server in the terminal.",
    synopsisHeading = "%nUsage: ",
    customSynopsis = "remuda top ADDR [--every D] [--count N] [--json] [--timeout D]",
    description = {
      "",
      "How the server is, then its workers, once a second. The keys: up and down or j",
      "and k choose a worker, s changes the order, / filters by text, d shows what the",
      "worker's threads do, r retires it, K kills it (both ask first), q ends.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  remuda top unix:/run/ocr.sock",
      "  remuda top unix:/run/ocr.sock --count 1 >ocr.txt",
      "",
      "Where no terminal is, it prints one table after another.",
      "",
      "Exit status: 0 ended, 1 refused, 2 wrong usage, 3 no server, or no answer in",
      "time, or the server has ended."
    })
final class TopCommand extends ControlCommand {
  private static final Duration LEAST = Duration.ofMillis(100);
  private static final int ENDLESS_HEIGHT = 100_000;

  @Option(
      names = "--every",
      paramLabel = "D",
      converter = DurationText.class,
      description = "How often it looks, such as 500ms, 2s. Default: 1s.")
  private Duration every = Duration.ofSeconds(1);

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "End after so many looks. Default: go on until q.")
  private long count = Long.MAX_VALUE;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  int run(ControlClient server) throws CommandException {
    if (every.compareTo(LEAST) < 0) {
      throw new ParameterException(spec.commandLine(), "--every is at least 100ms, not " + every);
    }
    if (count < 1) {
      throw new ParameterException(spec.commandLine(), "--count is at least 1, not " + count);
    }
    if (!isJson() && Terminal.STDOUT.isAttached() && TopScreen.isPossible()) {
      try (var screen = TopScreen.open()) {
        new TopLoop(server, screen, every, count).run();
      }
    } else {
      printAll(server);
    }
    return ExitStatus.DONE;
  }

  private void printAll(ControlClient server) throws CommandException {
    for (long look = 0; look < count; look++) {
      if (look > 0 && !TopScreen.pause(every)) {
        return;
      }
      Map<?, ?> status = TopLoop.status(server);
      Object answer = server.ask("workers");
      if (isJson()) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("status", status);
        all.put("workers", Objects.requireNonNullElse(answer, List.of()));
        printJson(all);
      } else {
        print(new TopView().text(status, WorkerRow.of(server, answer), 0, ENDLESS_HEIGHT) + "\n");
      }
      if (System.out.checkError()) {
        return;
      }
    }
  }
}
