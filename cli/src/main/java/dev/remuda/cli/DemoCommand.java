package dev.remuda.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code remuda demo}: all that a worker can do to a program, done, and survived. */
@Command(
    name = "demo",
    sortOptions = false,
    header = "Shows blocking, hanging and crashing code called from a program that does not.",
    synopsisHeading = "%nUsage: ",
    customSynopsis = {
      "remuda demo [--workers N] [--passwords N] [--cost N] [--json]",
      "                   [--status PORT]"
    },
    description = {
      "",
      "Real work in real processes, about ten seconds: passwords hashed by bcrypt, a",
      "transaction rolled back in SQLite, a call that hangs and is killed, a SIGSEGV,",
      "a worker out of memory. All the while the program's own heartbeat is measured.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  remuda demo",
      "  remuda demo --workers 8 --passwords 1000 --status 9000",
      "  remuda demo --json >summary.json",
      "",
      "Exit status: 0 when all of its checks pass, 1 when one fails."
    })
final class DemoCommand implements Callable<Integer> {
  private static final int MOST_WORKERS = 100;
  private static final int MOST_PASSWORDS = 1_000_000;
  private static final int LEAST_COST = 4;
  private static final int MOST_COST = 16;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Worker processes that hash passwords. Default: one a core, 2 to 4.")
  private int workers = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 4);

  @Option(
      names = "--passwords",
      paramLabel = "N",
      description = "How many are hashed. Default: ${DEFAULT-VALUE}.")
  private int passwords = 80;

  @Option(
      names = "--cost",
      paramLabel = "N",
      description = "The cost of bcrypt, 4 to 16; one more takes twice as long. Default: 10.")
  private int cost = 10;

  @Option(names = "--json", description = "Print nothing but the summary, as one line of JSON.")
  private boolean json;

  @Mixin private StatusOptions status = new StatusOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() throws IOException, InterruptedException, CommandException {
    require("--workers", workers, 1, MOST_WORKERS);
    require("--passwords", passwords, 1, MOST_PASSWORDS);
    require("--cost", cost, LEAST_COST, MOST_COST);
    // Workers die here on purpose: what the libraries say about it is in the report already.
    Logging.start(common.verbose ? Level.INFO : Level.OFF, common.verbose);
    var report = new DemoReport(System.out, json);
    boolean passed = new Demo(report, workers, passwords, cost, status).run();
    return passed ? ExitStatus.DONE : ExitStatus.FAILED;
  }

  private void require(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new ParameterException(
          spec.commandLine(),
          "%s is between %,d and %,d, not %,d".formatted(option, least, most, value));
    }
  }
}
