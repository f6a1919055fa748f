package dev.remuda.cli;

import dev.remuda.daemon.Daemon;
import dev.remuda.daemon.QueueConsumers;
import dev.remuda.queue.ConsumeOptions;
import dev.remuda.queue.MessageQueue;
import dev.remuda.queue.QueueException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code remuda run}: consumes a queue with a program, until a signal ends it. */
@Command(
    name = "run",
    sortOptions = false,
    header = "Runs a command for each message of a type, with its data on stdin.",
    synopsisHeading = "%nUsage: ",
    customSynopsis = "remuda run DB TYPE [OPTION...] -- COMMAND [ARG...]",
    description = {
      "",
      "Exit status 0 removes the message; any other has it tried again later, and",
      "after the last attempt moved to the dead ones (remuda dead), with the last",
      "lines of its stderr. The message's number, type and attempt are in",
      "REMUDA_MESSAGE_ID, REMUDA_MESSAGE_TYPE and REMUDA_MESSAGE_ATTEMPT.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  remuda run sqlite:/var/lib/mail.db mail -- sendmail -t",
      "  remuda run sqlite:/var/lib/mail.db report --parallel 4 --timeout 10m -- ./report.sh",
      "",
      "SIGTERM or Ctrl-C lets commands end for as long as --grace says; a second one",
      "ends at once. Commands have no terminal of their own: Ctrl-C does not reach them.",
      "Exit status: 0 ended in order, 1 or 2 it could not start, 3 commands were",
      "cancelled, 4 something was stuck, 143 or 130 after a second signal."
    })
final class RunCommand implements Callable<Integer> {
  /** As long as a queue can wait: the daemon's grace comes first. */
  private static final Duration WITHIN_GRACE = Duration.ofDays(1);

  @Mixin private QueueAccess access = new QueueAccess();

  @Parameters(index = "1", paramLabel = "TYPE", description = "Which messages.")
  private String type = "";

  @Parameters(index = "2..*", arity = "1..*", paramLabel = "COMMAND", description = "What to run.")
  private List<String> command = new ArrayList<>();

  @Option(
      names = "--parallel",
      paramLabel = "N",
      description = "How many run at once. Default: ${DEFAULT-VALUE}.")
  private int parallel = 1;

  @Option(
      names = "--attempts",
      paramLabel = "N",
      description = "How often a message is tried. Default: 20.")
  private int attempts = ConsumeOptions.DEFAULT.maxAttempts();

  @Option(
      names = "--timeout",
      paramLabel = "D",
      converter = DurationText.class,
      description = "How long one command may run. Default: 5m.")
  private Duration timeout = Duration.ofMinutes(5);

  @Option(
      names = "--grace",
      paramLabel = "D",
      converter = DurationText.class,
      description = "How long commands may run on after SIGTERM. Default: 20s.")
  private Duration grace = Daemon.DEFAULT_GRACE;

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() throws CommandException {
    Logging.start(Level.WARNING, common.verbose);
    if (timeout.isZero()) {
      throw new CommandException(ExitStatus.USAGE, "--timeout none: a command must have one", null);
    }
    refuseUnknown(command.getFirst());
    try {
      ConsumeOptions options = ConsumeOptions.DEFAULT.parallel(parallel).maxAttempts(attempts);
      MessageQueue queue = access.consumed().closePatience(WITHIN_GRACE).open();
      var handler = new CommandHandler(command, timeout, access.json);
      Runtime.getRuntime().addShutdownHook(new Thread(handler::killAll, "remuda-run-end"));
      Daemon.named("remuda-run")
          .add(QueueConsumers.of("queue", queue).consume(type, options, handler))
          .grace(grace)
          .run();
    } catch (IllegalArgumentException | QueueException e) {
      throw QueueAccess.refused(e);
    }
    return ExitStatus.DONE;
  }

  /** Each message would use up its attempts for nothing. */
  private static void refuseUnknown(String program) throws CommandException {
    if (OwnSession.find(program).isEmpty()) {
      throw new CommandException(
          ExitStatus.USAGE, "there is no program '" + program + "' that can be run", null);
    }
  }
}
