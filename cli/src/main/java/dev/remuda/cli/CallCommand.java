package dev.remuda.cli;

import dev.remuda.client.Autopsy;
import dev.remuda.client.CallStream;
import dev.remuda.client.CallTimeoutException;
import dev.remuda.client.ConnectException;
import dev.remuda.client.QueueTimeoutException;
import dev.remuda.client.TaskClient;
import dev.remuda.client.TaskException;
import dev.remuda.client.WorkerDiedException;
import dev.remuda.context.TaskLog;
import dev.remuda.context.Waterfall;
import dev.remuda.protocol.Address;
import dev.remuda.protocol.JsonText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code remuda call}: one call from a shell. */
@Command(
    name = "call",
    sortOptions = false,
    header = "Calls a method of what a server serves.",
    synopsisHeading = "%nUsage: ",
    customSynopsis = {
      "remuda call ADDR METHOD [JSON...] [--timeout D] [--plain] [--progress]",
      "                   [--log]"
    },
    description = {
      "",
      "Prints the result as one line of JSON. While there is no server it waits, up",
      "to the timeout.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  remuda call unix:/tmp/echo.sock echo 1 -2.5 true null '\"text\"' '{\"a\":[1]}'",
      "  remuda call tcp:127.0.0.1:7001 hash '\"secret\"' --timeout 500ms",
      "  remuda call unix:/run/perl.sock add 1 2 --plain",
      "",
      "A text argument has JSON's quotes inside the shell's: '\"text\"'.",
      "",
      "Exit status: 0 answered, 1 the call failed, 2 wrong usage, 3 no answer in",
      "time, or no server. A call that is out of time is killed with its worker, and",
      "what the worker was doing is shown."
    })
final class CallCommand implements Callable<Integer> {
  /** A person waits, in a JVM that has only just started. */
  private static final Duration AUTOPSY_TIMEOUT = Duration.ofSeconds(3);

  private static final long LOOK_MILLIS = 20;
  private static final Pattern NEGATIVE_NUMBER = Pattern.compile("-[0-9].*");
  private static final Pattern BARE_WORD = Pattern.compile("[^\\s\\[\\]{}\",0-9-][^\\[\\]{}\"]*");

  @Parameters(
      index = "0",
      paramLabel = "ADDR",
      converter = AddressText.class,
      description = "Where the server listens: unix:PATH, tcp:HOST:PORT or tls:HOST:PORT.")
  private @Nullable Address address;

  @Parameters(index = "1", paramLabel = "METHOD", description = "The method's name.")
  private String method = "";

  @Parameters(
      index = "2..*",
      paramLabel = "JSON",
      description = "Its arguments, each one JSON value.")
  private List<String> arguments = new ArrayList<>();

  @Option(
      names = "--timeout",
      paramLabel = "D",
      converter = DurationText.class,
      description = "How long all may take, such as 500ms, 2s, 5m, or none. Default: 10s.")
  private Duration timeout = Duration.ofSeconds(10);

  @Option(
      names = "--plain",
      description = "Send no greeting: for a server of the base protocol (Perl's AnyEvent::Task).")
  private boolean plain;

  @Option(
      names = "--progress",
      description = "Also print what the method reports before its result, a line each.")
  private boolean progress;

  @Option(
      names = "--log",
      description = "Afterwards show on stderr what the worker logged, and when.")
  private boolean log;

  @Mixin private TlsOptions tls = new TlsOptions();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() throws Exception {
    List<@Nullable Object> values = read();
    Logging.start(common.verbose ? Level.WARNING : Level.OFF, common.verbose);
    try (TaskClient client = client();
        TaskLog timeline = timeline()) {
      CompletableFuture<@Nullable Object> answer = timeline.during(() -> start(client, values));
      awaitAnswerOrTrouble(client, answer);
      System.out.println(Printable.json(answer.get()));
      return ExitStatus.DONE;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof TaskException failure ? failed(failure) : e;
    }
  }

  /** The log of the call, which is shown when it is closed; or one that is shown to nobody. */
  private TaskLog timeline() {
    return log
        ? TaskLog.builder()
            .verbosity(TaskLog.DEBUG)
            .sink(record -> System.err.print(Waterfall.text(record, Terminal.WIDTH)))
            .open()
        : TaskLog.current();
  }

  private CompletableFuture<@Nullable Object> start(
      TaskClient client, List<@Nullable Object> values) {
    if (!progress) {
      return client.call(method, values.toArray());
    }
    CallStream<Object, @Nullable Object> stream =
        client.untyped().callStream(method, values.toArray());
    var printer = new ProgressPrinter();
    stream.subscribe(printer);
    return printer.after(stream.result());
  }

  private List<@Nullable Object> read() throws CommandException {
    refuseOption(method);
    var values = new ArrayList<@Nullable Object>();
    for (String argument : arguments) {
      values.add(read(argument));
    }
    return values;
  }

  private @Nullable Object read(String json) throws CommandException {
    if (!NEGATIVE_NUMBER.matcher(json).matches()) {
      refuseOption(json);
    }
    try {
      return JsonText.read(json);
    } catch (IllegalArgumentException e) {
      String reason =
          BARE_WORD.matcher(json).matches()
              ? "; a text is written with both quotes: '" + JsonText.write(json) + "'"
              : " (" + e.getMessage() + ")";
      throw new CommandException(ExitStatus.USAGE, "not JSON: " + json + reason, e);
    }
  }

  /** Negative numbers are arguments, so the parser lets all pass that begins with a hyphen. */
  private void refuseOption(String text) {
    if (text.startsWith("-")) {
      throw new UnmatchedArgumentException(spec.commandLine(), List.of(text));
    }
  }

  private TaskClient client() throws CommandException {
    TaskClient.Builder builder =
        TaskClient.builder()
            .connect(Objects.requireNonNull(address))
            .name("remuda call")
            .minWorkers(0)
            .maxWorkers(1)
            .autopsyTimeout(AUTOPSY_TIMEOUT)
            .timeout(timeout);
    tls.give(builder::tls);
    try {
      return plain ? builder.build() : builder.greet().build();
    } catch (IllegalArgumentException e) {
      String message =
          String.valueOf(e.getMessage())
              .replace("tls(CERTIFICATE, KEY, AUTHORITIES)", "--cert, --key and --ca");
      throw new CommandException(ExitStatus.USAGE, message, e);
    }
  }

  /** Until one of the two: a person who waits is told at once what for. */
  private void awaitAnswerOrTrouble(TaskClient client, CompletableFuture<?> answer)
      throws InterruptedException {
    while (!isDone(answer)) {
      Optional<String> trouble = client.connectFailure().join();
      if (trouble.isPresent()) {
        System.err.println(
            "remuda call: waiting for a server at "
                + address
                + " ("
                + trouble.get()
                + (timeout.isZero() ? "), for ever" : "), up to " + DurationText.of(timeout)));
        return;
      }
    }
  }

  private static boolean isDone(CompletableFuture<?> answer) throws InterruptedException {
    try {
      answer.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    }
  }

  private static CommandException failed(TaskException failure) {
    boolean late =
        failure instanceof CallTimeoutException
            || failure instanceof QueueTimeoutException
            || failure instanceof ConnectException;
    String message = String.valueOf(failure.getMessage()).strip();
    return new CommandException(
        late ? ExitStatus.TIMEOUT : ExitStatus.FAILED,
        autopsy(failure)
            .map(
                autopsy -> firstLine(message) + "\n" + autopsy.toString().indent(2).stripTrailing())
            .orElse(message),
        failure);
  }

  private static Optional<Autopsy> autopsy(TaskException failure) {
    return switch (failure) {
      case CallTimeoutException late -> Optional.of(late.autopsy());
      case WorkerDiedException died -> Optional.of(died.autopsy());
      default -> Optional.empty();
    };
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("");
  }
}
