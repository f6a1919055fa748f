package dev.remuda.cli;

import dev.remuda.protocol.Address;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that asks a running server: where it is, how long it may take, in which form. */
abstract class ControlCommand implements Callable<Integer> {
  /** In the help, after the options that a command has alone. */
  private static final int LATE = 100;

  @Parameters(
      index = "0",
      paramLabel = "ADDR",
      converter = AddressText.class,
      description = "The server: the unix:PATH where it listens, or its control address.")
  private @Nullable Address address;

  @Option(
      names = "--timeout",
      order = LATE,
      paramLabel = "D",
      converter = DurationText.class,
      description = "How long the server may take to answer, such as 500ms, 2s. Default: 5s.")
  private Duration timeout = Duration.ofSeconds(5);

  @Option(names = "--json", order = LATE, description = "Print JSON, one object a line.")
  private boolean json;

  @Mixin
  @SuppressWarnings("UnusedVariable") // the parser uses it
  private CommonOptions common = new CommonOptions();

  @Override
  public final Integer call() throws CommandException {
    try (ControlClient server = ControlClient.open(Objects.requireNonNull(address), timeout)) {
      return run(server);
    }
  }

  /** Asks, and shows the answer; the exit status. */
  abstract int run(ControlClient server) throws CommandException;

  /** Whether a program reads what is shown. */
  boolean isJson() {
    return json;
  }

  /** Shows a value to a program. */
  static void printJson(@Nullable Object value) {
    System.out.println(Printable.json(value));
  }

  /** Shows a text to people. */
  static void print(String text) {
    System.out.print(text.endsWith("\n") ? text : text + "\n");
  }

  /** How wide the window is that shows a table; 0 where none does. */
  static int width() {
    return Terminal.STDOUT.isAttached() ? Terminal.STDOUT.columns() : 0;
  }

  /** Who wants it, for logs and autopsies. */
  static String asker(String command) {
    return "remuda " + command + " by " + System.getProperty("user.name", "?");
  }
}
