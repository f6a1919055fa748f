package dev.remuda.cli;

import dev.remuda.daemon.Console;
import dev.remuda.daemon.Daemon;
import dev.remuda.protocol.Address;
import dev.remuda.server.TaskServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code remuda serve}: a server on its sockets, until a signal ends it. */
@Command(
    name = "serve",
    sortOptions = false,
    header = "Serves a class, or any program, to whoever connects.",
    customSynopsis = {
      "remuda serve --listen ADDR... --class NAME [OPTION...]",
      "       remuda serve --listen ADDR... [OPTION...] -- COMMAND [ARG...]"
    },
    description = {
      "",
      "Each connection gets a worker process of its own, which ends with it. A",
      "worker that hangs, crashes or runs out of memory takes nobody along.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  remuda serve --listen unix:/tmp/echo.sock --class dev.remuda.examples.Echo",
      "  remuda serve --listen unix:/run/ocr.sock --listen tcp:127.0.0.1:7001 \\",
      "      --class com.acme.Ocr --class-path 'ocr.jar:lib/*' --name ocr \\",
      "      --standby 2 --max-workers 20 --hung-worker-timeout 30s --jvm-arg -Xmx512m",
      "  remuda serve --listen unix:/tmp/py.sock -- python3 worker.py",
      "  remuda serve --listen unix:/tmp/echo.sock --class dev.remuda.examples.Echo \\",
      "      --status 9000",
      "  remuda serve --replace --listen unix:/tmp/echo.sock \\",
      "      --class dev.remuda.examples.Echo",
      "  remuda serve --listen tls:0.0.0.0:7443 --class dev.remuda.examples.Echo \\",
      "      --cert server.pem --key server.key --ca ca.pem",
      "",
      "Then, from another shell: remuda call unix:/tmp/echo.sock echo 1 2 3",
      "",
      "The configuration, warnings and what workers print (tagged [NAME(7)]) go to",
      "stderr; one line 'ready: ADDR...' goes to stdout once a call would be served.",
      "Ctrl-C or SIGTERM lets checkouts come to their end within the --grace, ends",
      "all workers, removes the sockets, and exits with 130 or 143; a second one ends",
      "all at once. Drained by 'remuda drain', or replaced (--replace), it serves what",
      "was begun and exits with 0. SIGHUP replaces all workers, as 'remuda reload'",
      "does; but when the terminal closes that it was started from, it ends as on",
      "SIGTERM, with 129 (nohup or setsid keeps it). A configuration that cannot be",
      "exits with 2.",
      "",
      "Started by socket activation (LISTEN_FDS) it uses the sockets that it was",
      "given, for the --listen that names them, or all of them without --listen.",
      "",
      "A COMMAND finds the listening socket as descriptor 0 and a control channel",
      "as descriptor 3, where it writes the lines 'ready' and 'accepted'."
    })
final class ServeCommand implements Callable<Integer> {
  private static final Duration DEFAULT_GRACE = Duration.ofSeconds(30);

  @Option(
      names = "--listen",
      paramLabel = "ADDR",
      converter = AddressText.class,
      description =
          "Where to listen: unix:PATH, tcp:HOST:PORT or tls:HOST:PORT (port 0 for any); may be"
              + " repeated.")
  private List<Address> listen = new ArrayList<>();

  @Option(
      names = "--class",
      paramLabel = "NAME",
      description =
          "The class whose public methods are served, or a TaskHandler. Those of"
              + " dev.remuda.examples are there to try.")
  private @Nullable String servedClass;

  @Option(
      names = "--class-path",
      paramLabel = "CP",
      description = "The workers' class path: jars and folders with ':' between; DIR/* for jars.")
  private @Nullable String classPath;

  @Option(
      names = "--name",
      paramLabel = "N",
      description = "Names the workers, in ps and messages. Default: after the class or command.")
  private @Nullable String name;

  @Option(
      names = "--standby",
      paramLabel = "N",
      description = "Workers that wait ready, for each address. Default: ${DEFAULT-VALUE}.")
  private int standby = TaskServer.DEFAULT_STANDBY;

  @Option(
      names = "--max-workers",
      paramLabel = "N",
      description = "Worker processes at the most; 0 for no limit, which is the default.")
  private int maxWorkers;

  @Option(
      names = "--hung-worker-timeout",
      paramLabel = "D",
      converter = DurationText.class,
      description =
          "How long one call may run before its worker is ended; none for ever. Default: 5m.")
  private @Nullable Duration hungWorkerTimeout;

  @Option(
      names = "--jvm-arg",
      paramLabel = "A",
      description = "An argument for the workers' JVM, such as -Xmx512m; may be repeated.")
  private List<String> jvmArguments = new ArrayList<>();

  @Option(
      names = "--lazy-setup",
      description = "Set a worker up before its first call, not before it accepts.")
  private boolean lazySetup;

  @Option(
      names = "--grace",
      paramLabel = "D",
      converter = GraceText.class,
      description = "How long checkouts may last after SIGTERM; 0s for no time. Default: 30s.")
  private Duration grace = DEFAULT_GRACE;

  @Option(
      names = "--insecure",
      description =
          "Allow tcp: beyond the loopback without TLS, where anybody may call, and sockets in a"
              + " folder of another user, who may replace them.")
  private boolean insecure;

  @Option(
      names = "--allow-clients",
      paramLabel = "FILE",
      description =
          "For tls: take only clients listed there, by subject or sha256:FINGERPRINT, one a line.")
  private @Nullable Path allowed;

  @Mixin private TlsOptions tls = new TlsOptions();

  @Option(
      names = "--control",
      paramLabel = "ADDR",
      description =
          "Where the server itself answers: unix:PATH. Default: beside the first unix socket,"
              + " PATH.ctl.")
  private @Nullable String control;

  @Option(
      names = "--replace",
      description =
          "Take the place of the server that is there, without losing a connection: it must have"
              + " the same control address, and listen nowhere else. With none there, just start."
              + " Not for tls: drain the other one, and start.")
  private boolean replace;

  @ArgGroup(validate = false, heading = "%nWhen a worker is replaced (default: never):%n")
  private RetireOptions retire = new RetireOptions();

  @ArgGroup(validate = false, heading = "%nWhat workers find around them:%n")
  private SurroundingsOptions surroundings = new SurroundingsOptions();

  @ArgGroup(
      validate = false,
      heading = "%nWho may connect to unix: (default: this user and root):%n")
  private AccessOptions access = new AccessOptions();

  @ArgGroup(validate = false, heading = "%nA page that shows what happens:%n")
  private StatusOptions status = new StatusOptions();

  @Parameters(paramLabel = "COMMAND", description = "A worker program and its arguments.")
  private List<String> command = new ArrayList<>();

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() throws Exception {
    ServeSignals signals = ServeSignals.hear(grace); // before anything that takes time
    requireSense();
    try (QueuedStderr stderr = QueuedStderr.install();
        var lines = new WorkerLines(stderr.direct())) {
      return serve(lines, signals);
    }
  }

  private int serve(WorkerLines lines, ServeSignals signals) throws CommandException {
    Logging.start(Level.WARNING, common.verbose);
    try (TaskServer server = start(lines);
        var _ = page(server)) {
      if (!common.verbose) {
        Logging.level(Level.INFO);
      }
      show(server);
      signals.heardBy(server);
      awaitReady(server);
      server.ended().join();
      return signals.status();
    }
  }

  private @Nullable Daemon page(TaskServer server) throws CommandException {
    return status.isWanted()
        ? status.open(name(), insecure, page -> page.watch(name(), server))
        : null;
  }

  private void requireSense() throws CommandException {
    String senseless = status.senseless();
    if (senseless != null) {
      throw usage(senseless + " can be given with --status PORT only");
    }
    if (listen.isEmpty() && System.getenv("LISTEN_FDS") == null) {
      throw usage("--listen ADDR is missing: unix:PATH, tcp:HOST:PORT or tls:HOST:PORT");
    }
    if ((servedClass == null) == command.isEmpty()) {
      throw usage(
          "give either --class NAME or -- COMMAND, not " + (servedClass == null ? "none" : "both"));
    }
    if (!command.isEmpty()) {
      requireProgram(command.getFirst(), surroundings.directory());
      var forJava = new ArrayList<String>();
      if (classPath != null) {
        forJava.add("--class-path");
      }
      if (hungWorkerTimeout != null) {
        forJava.add("--hung-worker-timeout");
      }
      if (!jvmArguments.isEmpty()) {
        forJava.add("--jvm-arg");
      }
      if (lazySetup) {
        forJava.add("--lazy-setup");
      }
      forJava.addAll(surroundings.givenForJavaOnly());
      if (!forJava.isEmpty()) {
        throw usage(String.join(", ", forJava) + " can be given with --class only");
      }
    }
  }

  /** Else the server would try again and again to start what is not there. */
  private static void requireProgram(String program, Path directory) throws CommandException {
    List<Path> candidates =
        program.contains("/")
            ? List.of(directory.resolve(program))
            : Arrays.stream(System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":", -1))
                .map(folder -> Path.of(folder).resolve(program))
                .toList();
    if (candidates.stream()
        .noneMatch(file -> Files.isRegularFile(file) && Files.isExecutable(file))) {
      throw usage("there is no program " + program);
    }
  }

  private static CommandException usage(String problem) {
    return new CommandException(ExitStatus.USAGE, problem, null);
  }

  private TaskServer start(WorkerLines lines) throws CommandException {
    TaskServer.Builder builder =
        TaskServer.builder()
            .name(name())
            .standby(standby)
            .maxWorkers(maxWorkers)
            .jvmArguments(jvmArguments.toArray(String[]::new))
            .output(Console.keeping(lines));
    listen.forEach(builder::listen);
    if (hungWorkerTimeout != null) {
      builder.hungWorkerTimeout(hungWorkerTimeout);
    }
    if (lazySetup) {
      builder.lazySetup();
    }
    if (insecure) {
      builder.insecure();
    }
    tls.give(builder::tls);
    if (allowed != null) {
      builder.allowClients(allowed);
    }
    if (control != null) {
      builder.control(control);
    }
    if (replace) {
      builder.replace();
    }
    if (classPath != null) {
      builder.classPath(classPath);
    }
    retire.apply(builder);
    surroundings.apply(builder);
    access.apply(builder);
    if (servedClass == null) {
      builder.command(command);
    } else {
      builder.serve(servedClass);
    }
    try {
      return builder.start();
    } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
      throw new CommandException(ExitStatus.USAGE, asOptions(String.valueOf(e.getMessage())), e);
    }
  }

  private String name() {
    if (name != null) {
      return name;
    }
    String whole = servedClass == null ? fileName(command.getFirst()) : servedClass;
    String last = whole.substring(Math.max(whole.lastIndexOf('.'), whole.lastIndexOf('$')) + 1);
    String base = servedClass == null ? whole : last;
    String allowed = base.replaceAll("[^\\w.-]", "_");
    return allowed.isEmpty() ? "remuda" : allowed.substring(0, Math.min(64, allowed.length()));
  }

  private static String fileName(String program) {
    return String.valueOf(Path.of(program).getFileName());
  }

  /** The library names its settings; the user of the command knows their options. */
  private String asOptions(String message) {
    String shorter =
        classPath == null
            ? message.replaceFirst(
                " on the workers' class path .*", " here; --class-path CP says where else to look")
            : message;
    return shorter
        .replace("insecure()", "--insecure")
        .replace("tls(CERTIFICATE, KEY, AUTHORITIES)", "--cert, --key and --ca")
        .replace("allowClients(", "--allow-clients(")
        .replace("socketMode", "--socket-mode")
        .replace("socketGroup", "--socket-group")
        .replace("allowUsers(...)", "--allow-user USER")
        .replace("allowUsers", "--allow-user")
        .replace("control(ADDRESS)", "--control ADDR")
        .replace("replace()", "--replace")
        .replace("listen(ADDRESS)", "--listen ADDR")
        .replace("maxWorkers", "--max-workers")
        .replace("maxCheckouts", "--max-checkouts")
        .replace("maxAge", "--max-age")
        .replace("maxIdle", "--max-idle")
        .replaceAll("\\bstandby ", "--standby ");
  }

  private static void show(TaskServer server) {
    Map<String, String> settings = server.settings();
    int indent = 4 + settings.keySet().stream().mapToInt(String::length).max().orElse(0);
    var text = new StringBuilder();
    settings.forEach((setting, value) -> {
      String label = "  " + setting;
      for (String line : Terminal.wrapped(readable(value), Terminal.WIDTH - indent)) {
        text.append(label).append(" ".repeat(indent - label.length())).append(line).append('\n');
        label = "";
      }
    });
    System.err.print(text);
  }

  private static String readable(String value) {
    return value.startsWith("PT") ? DurationText.of(Duration.parse(value)) : value;
  }

  /** Returns early when it ends before. */
  private void awaitReady(TaskServer server) {
    long began = System.nanoTime();
    if (standby > 0 && !FirstWorker.await(server)) {
      return;
    }
    String addresses =
        server.addresses().stream().map(Address::toString).collect(Collectors.joining(" "));
    System.out.println("ready: " + addresses);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    System.err.println(
        standby > 0
            ? "remuda: the first worker was ready after " + millis + " ms; Ctrl-C ends all"
            : "remuda: no worker waits, the first call starts one; Ctrl-C ends all");
  }
}
