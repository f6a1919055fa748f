package dev.remuda.cli;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.Address;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** The command, in a JVM of its own, with what it has written so far. */
@SuppressWarnings("JdkObsolete") // StringBuffer: two threads write what a third reads
final class Command implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir"));

  private final Process process;
  private final StringBuffer out = new StringBuffer();
  private final StringBuffer err = new StringBuffer();
  private final CompletableFuture<?> read;

  private Command(Process process) {
    this.process = process;
    this.read =
        CompletableFuture.allOf(
            CompletableFuture.runAsync(
                () -> copy(process.getInputStream(), out), Thread::startVirtualThread),
            CompletableFuture.runAsync(
                () -> copy(process.getErrorStream(), err), Thread::startVirtualThread));
  }

  /** What a command that has ended has left. */
  record Ended(int status, String out, String err) {
    /** One line on stderr that any user understands, and nothing on stdout. */
    Ended complains(int expectedStatus, String... parts) {
      assertThat(err).doesNotContain("Exception").doesNotContain("\tat ").contains(parts);
      assertThat(err.lines()).hasSize(1);
      assertThat(out).isEmpty();
      assertThat(status).isEqualTo(expectedStatus);
      return this;
    }
  }

  static Command start(String... arguments) {
    return startIn(TEMPORARY, arguments);
  }

  /** With a folder of its own for temporary files. */
  static Command startIn(Path temporary, String... arguments) {
    return start(builder(temporary, arguments));
  }

  private static ProcessBuilder builder(Path temporary, String... arguments) {
    return new ProcessBuilder(line(temporary, arguments));
  }

  /** The words that start it. */
  static List<String> line(Path temporary, String... arguments) {
    var line = new ArrayList<>(java(temporary));
    line.addAll(List.of(arguments));
    return line;
  }

  /** What is still to be changed, and then to be started. */
  static ProcessBuilder builder(String... arguments) {
    return builder(TEMPORARY, arguments);
  }

  /** The words that stand for {@code remuda}. */
  static List<String> java() {
    return java(TEMPORARY);
  }

  /** The words that start one of the tests' own programs as {@code remuda} is started. */
  static List<String> java(Class<?> program) {
    return java(TEMPORARY, program);
  }

  private static List<String> java(Path temporary) {
    return java(temporary, Main.class);
  }

  private static List<String> java(Path temporary, Class<?> program) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin/java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Djava.io.tmpdir=" + temporary,
        "-cp",
        System.getProperty("java.class.path"),
        program.getName());
  }

  /** Any program. */
  static Command start(ProcessBuilder builder) {
    return start(builder, "C.UTF-8");
  }

  static ProcessBuilder inPlainSurroundings(ProcessBuilder builder) {
    builder.environment().putAll(Map.of("TERM", "xterm", "LC_ALL", "C.UTF-8"));
    return builder;
  }

  static Command start(ProcessBuilder builder, String locale) {
    try {
      inPlainSurroundings(builder).environment().put("LC_ALL", locale);
      Process process = builder.start();
      process.getOutputStream().close();
      return new Command(process);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Runs it to its end, in a process that others ran in before. */
  static Ended run(String... arguments) {
    return CommandHost.run(arguments);
  }

  /** Runs it to its end, in a process of its own. */
  static Ended runAlone(String... arguments) {
    try (var command = start(arguments)) {
      return command.end();
    }
  }

  private static void copy(InputStream from, StringBuffer to) {
    try (var text = new InputStreamReader(from, StandardCharsets.UTF_8)) {
      var piece = new char[8192];
      for (int n = text.read(piece); n >= 0; n = text.read(piece)) {
        to.append(piece, 0, n);
      }
    } catch (IOException e) {
      to.append(e);
    }
  }

  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }

  long pid() {
    return process.pid();
  }

  /** Its worker processes of this moment. */
  List<ProcessHandle> children() {
    return process.descendants().toList();
  }

  boolean hasEnded() {
    return !process.isAlive();
  }

  Command awaitOut(String part) {
    return until(() -> out().contains(part), part);
  }

  Command awaitErr(String part) {
    return until(() -> err().contains(part), part);
  }

  private Command until(BooleanSupplier condition, String what) {
    await(what)
        .atMost(PATIENCE)
        .failFast(() -> {
          if (!process.isAlive() && read.isDone() && !condition.getAsBoolean()) {
            throw new AssertionError("it has ended: " + out + err);
          }
        })
        .until(condition::getAsBoolean);
    return this;
  }

  /** Sends it a signal, such as {@code TERM}. */
  void signal(String name) {
    signal(name, pid());
  }

  static void signal(String name, long pid) {
    try {
      assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).start().waitFor())
          .isZero();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits for its end. */
  Ended end() {
    try {
      assertThat(process.waitFor(PATIENCE.toSeconds(), SECONDS))
          .as("ended: %s%s", out, err)
          .isTrue();
      read.get(PATIENCE.toSeconds(), SECONDS);
      return new Ended(process.exitValue(), out(), err());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** The workers that a server has at this moment, asked from here: no process is started. */
  static List<WorkerRow> workers(String address) {
    try (ControlClient server = ControlClient.open(Address.parse(address), PATIENCE)) {
      return WorkerRow.of(server);
    } catch (CommandException e) {
      throw new AssertionError(e);
    }
  }

  /** What the threads of the first worker do that has a connection; empty while none has. */
  static String dumpOfBusy(String address) {
    try (ControlClient server = ControlClient.open(Address.parse(address), PATIENCE)) {
      for (WorkerRow each : WorkerRow.of(server)) {
        if (each.state().equals("BUSY")) {
          return String.valueOf(server.askAboutWorker("dump", each.id()));
        }
      }
    } catch (CommandException e) {
      // It has ended meanwhile.
    }
    return "";
  }

  static void awaitGone(List<ProcessHandle> processes) {
    await("the processes end")
        .atMost(PATIENCE)
        .until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
  }

  @Override
  public void close() {
    process.destroy();
    end();
  }
}
