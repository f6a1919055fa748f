package dev.remuda.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells users on stderr what went wrong: one line, and a Java stack only if they asked for it. */
final class Complaints {
  private static final int SUGGESTIONS = 3;

  private Complaints() {}

  /** A command line that cannot be understood. */
  static int ofUsage(ParameterException problem, String[] arguments) {
    CommandLine command = problem.getCommandLine();
    print(
        command,
        text(problem) + " (see '" + command.getCommandSpec().qualifiedName() + " --help')",
        List.of(arguments).contains("--verbose") ? problem : null);
    return ExitStatus.USAGE;
  }

  /** A command that ended with an exception. */
  static int ofExecution(Exception problem, CommandLine command, ParseResult parsed) {
    boolean verbose = command.getParseResult().matchedOptionValue("--verbose", false);
    if (problem instanceof CommandException expected) {
      print(
          command,
          String.valueOf(expected.getMessage()),
          verbose ? Objects.requireNonNullElse(expected.getCause(), expected) : null);
      return expected.status();
    }
    print(
        command,
        "a fault in remuda itself: " + problem + (verbose ? "" : " (--verbose shows more)"),
        verbose ? problem : null);
    return ExitStatus.FAILED;
  }

  private static void print(CommandLine command, String text, @Nullable Throwable stack) {
    PrintWriter err = command.getErr();
    err.println(
        Terminal.STDERR.red(command.getCommandSpec().qualifiedName() + ":")
            + " "
            + Printable.lines(text));
    if (stack != null) {
      stack.printStackTrace(err);
    }
    err.flush();
  }

  private static String text(ParameterException problem) {
    if (problem instanceof UnmatchedArgumentException unmatched) {
      return unmatchedText(unmatched.getCommandLine(), unmatched.getUnmatched().getFirst());
    }
    String value = problem.getValue();
    return value != null && value.startsWith("-") && problem.getArgSpec().isPositional()
        ? unmatchedText(problem.getCommandLine(), value)
        : String.valueOf(problem.getMessage()).replaceAll("\\R\\s*", " ");
  }

  private static String unmatchedText(CommandLine line, String first) {
    CommandSpec spec = line.getCommandSpec();
    boolean option = first.startsWith("-");
    boolean command = !option && !spec.subcommands().isEmpty();
    String kind = option ? "there is no option " : command ? "there is no command " : "too much: ";
    List<String> similar =
        command
            ? Similar.to(first, spec.subcommands().keySet())
            : option ? Similar.to(first, spec.optionsMap().keySet()) : List.of();
    return kind
        + "'"
        + first
        + "'"
        + (similar.isEmpty()
            ? ""
            : "; did you mean "
                + String.join(" or ", similar.subList(0, Math.min(SUGGESTIONS, similar.size())))
                + "?");
  }
}
