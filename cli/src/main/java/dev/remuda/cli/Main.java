package dev.remuda.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code remuda} command; each of its commands is a class of its own. */
@Command(
    name = "remuda",
    versionProvider = Version.class,
    sortOptions = false,
    synopsisSubcommandLabel = "COMMAND",
    header = {
      "Runs blocking, leaking or crash-prone code in isolated worker processes,",
      "and calls it from any program."
    },
    subcommands = {
      DemoCommand.class,
      ServeCommand.class,
      CallCommand.class,
      StatusCommand.class,
      TopCommand.class,
      WorkersCommand.class,
      DumpCommand.class,
      EventsCommand.class,
      KillCommand.class,
      RetireCommand.class,
      ReloadCommand.class,
      DrainCommand.class,
      EnqueueCommand.class,
      QueueCommand.class,
      DeadCommand.class,
      RunCommand.class,
      KickCommand.class,
      BenchCommand.class,
      HelpCommand.class
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  remuda demo",
      "  remuda serve --listen unix:/tmp/echo.sock --class dev.remuda.examples.Echo",
      "  remuda call unix:/tmp/echo.sock echo 1 '\"two\"' '{\"three\":[4]}'",
      "  remuda status unix:/tmp/echo.sock",
      "",
      "ADDR is unix:PATH, tcp:HOST:PORT or tls:HOST:PORT. A duration is written 500ms,",
      "2s, 5m or 1h.",
      "Exit status: 0 done, 1 the call (or a check) failed, 2 wrong usage or",
      "configuration, 3 timeout or nothing reachable.",
      "'remuda COMMAND --help' tells more, with examples."
    })
public final class Main implements Runnable {
  @Mixin
  @SuppressWarnings("UnusedVariable") // the parser uses it
  private CommonOptions common = new CommonOptions();

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version of remuda, Java and system.")
  @SuppressWarnings("UnusedVariable") // the parser uses it
  private boolean version;

  @Spec private CommandSpec spec = CommandSpec.create();

  private Main() {}

  /** Runs one command and exits with its status. */
  public static void main(String[] arguments) {
    // The output of a command is JSON or English: always UTF-8, whatever the locale.
    System.setOut(stream(FileDescriptor.out));
    System.setErr(stream(FileDescriptor.err));
    System.exit(run(arguments));
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  private static int run(String... arguments) {
    return commandLine().execute(arguments);
  }

  /** What reads the words that a user writes. */
  static CommandLine commandLine() {
    CommandLine command =
        new CommandLine(new Main())
            .setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
            .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
            .setColorScheme(
                CommandLine.Help.defaultColorScheme(
                    Terminal.STDOUT.hasColours()
                        ? CommandLine.Help.Ansi.ON
                        : CommandLine.Help.Ansi.OFF))
            .setExpandAtFiles(false) // "@x" is an argument like any other
            .setParameterExceptionHandler(Complaints::ofUsage)
            .setExecutionExceptionHandler(Complaints::ofExecution);
    command.setHelpSectionKeys(
        command.getHelpSectionKeys().stream()
            .filter(key -> !key.equals(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING))
            .toList());
    command
        .getHelpSectionMap()
        .put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, CommandGroups::render);
    for (String takesHyphens : List.of("call", "bench")) {
      Objects.requireNonNull(command.getSubcommands().get(takesHyphens))
          .setUnmatchedOptionsArePositionalParams(true);
    }
    return command;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "a command is missing, such as demo, serve, call or status");
  }
}
