package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

@DisplayName("P.15 The systemd units of docs/systemd")
class SystemdTest {
  private static final Path UNITS = Path.of("..", "docs", "systemd");
  private static final String PROGRAM = "/usr/bin/remuda";

  /**
   * As a service manager does it: binds, and becomes a program that finds the sockets from 3 on.
   */
  private static final String ACTIVATOR =
      """
      import os, socket, sys
      count = int(sys.argv[1])
      sockets = []
      for i, path in enumerate(sys.argv[2:2 + count]):
          one = socket.socket(socket.AF_UNIX)
          one.bind(path)
          one.listen(64)
          sockets.append(one)
      for i, one in enumerate(sockets):
          os.dup2(one.fileno(), 100 + i)
      for i in range(count):
          os.dup2(100 + i, 3 + i, inheritable=True)
      os.environ.update(LISTEN_FDS=str(count), LISTEN_PID=str(os.getpid()))
      os.execv(sys.argv[2 + count], sys.argv[2 + count:])
      """;

  @TempDir Path folder;

  private static List<String> lines(String unit) throws IOException {
    return Files.readAllLines(UNITS.resolve(unit));
  }

  /** The one value of a key. */
  private static String value(String unit, String key) throws IOException {
    List<String> found = lines(unit).stream().filter(line -> line.startsWith(key + "=")).toList();
    assertThat(found).as(key).hasSize(1);
    return found.getFirst().substring(key.length() + 1);
  }

  /** What the comment proposes for the file of variables. */
  private static List<String> exampleArguments() throws IOException {
    String line =
        lines("remuda@.service").stream()
            .filter(each -> each.contains(" REMUDA_ARGS="))
            .findFirst()
            .orElseThrow();
    return List.of(line.substring(line.indexOf('=') + 1).split(" ", -1));
  }

  /** What is run for an instance. */
  private static List<String> commandLine(String instance, List<String> arguments)
      throws IOException {
    var words = new ArrayList<String>();
    for (String word : value("remuda@.service", "ExecStart").split(" ", -1)) {
      if (word.equals("$REMUDA_ARGS")) {
        words.addAll(arguments);
      } else {
        words.add(word.replace("%i", instance));
      }
    }
    return words;
  }

  @ParameterizedTest
  @ValueSource(strings = {"remuda@.service", "remuda@.socket"})
  @DisplayName("P.15 a unit is sections of keys and values")
  void grammar(String unit) throws IOException {
    assertThat(lines(unit))
        .allMatch(line -> line.isEmpty() || line.matches("#.*|\\[[A-Z][a-z]+]|[A-Z]\\w+=\\S.*"));
  }

  @Test
  @DisplayName("P.15 the service runs what the command understands")
  void options() throws IOException {
    List<String> words = commandLine("ocr", exampleArguments());
    assertThat(words.subList(0, 2)).containsExactly(PROGRAM, "serve");
    CommandLine.ParseResult parsed =
        new CommandLine(new ServeCommand())
            .parseArgs(words.subList(2, words.size()).toArray(String[]::new));
    assertThat(parsed.unmatched()).isEmpty();
    assertThat(parsed.matchedOptionValue("--name", "")).isEqualTo("ocr");
    assertThat(parsed.hasMatchedOption("--listen")).as("the socket is systemd's").isFalse();
  }

  @Test
  @DisplayName("P.15 the lock and the control address lie in the service's own folder")
  void folders() throws IOException {
    assertThat(value("remuda@.socket", "ListenStream")).isEqualTo("/run/remuda/%i/sock");
    assertThat(value("remuda@.service", "RuntimeDirectory")).isEqualTo("remuda/%i");
    assertThat(value("remuda@.socket", "SocketUser")).isEqualTo(value("remuda@.service", "User"));
    assertThat(value("remuda@.socket", "SocketMode")).isEqualTo("0600");
  }

  private static boolean exists(String program, String argument) {
    try {
      Process process =
          new ProcessBuilder(program, argument)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }

  @Test
  @DisplayName("P.15 systemd itself has nothing to say against them")
  void verified() throws IOException {
    assumeTrue(exists("systemd-analyze", "--version"));
    for (String unit : List.of("remuda@.service", "remuda@.socket")) {
      String text = Files.readString(UNITS.resolve(unit)).replace(PROGRAM, "/bin/true");
      Files.writeString(folder.resolve(unit.replace("@", "@ocr")), text);
    }
    try (var verify =
        Command.start(
            new ProcessBuilder("systemd-analyze", "verify", "./remuda@ocr.service")
                .directory(folder.toFile()))) {
      Command.Ended ended = verify.end();
      assertThat(ended.err()).isEmpty();
      assertThat(ended.status()).isZero();
    }
  }

  @Test
  @DisplayName("P.15 what the service runs serves on the socket that it was given, and leaves it")
  void activated() throws IOException {
    assumeTrue(exists("python3", "--version"));
    Path socket = folder.resolve("sock");
    Path script = Files.writeString(folder.resolve("activate.py"), ACTIVATOR);
    var words = new ArrayList<>(List.of("python3", script.toString(), "1", socket.toString()));
    words.addAll(Command.java());
    List<String> run = commandLine("ocr", List.of("--class", "dev.remuda.examples.Echo"));
    words.addAll(run.subList(1, run.size()));
    try (var server = Command.start(new ProcessBuilder(words)).awaitOut("ready: ")) {
      assertThat(server.out()).isEqualTo("ready: unix:" + socket + "\n");
      assertThat(Command.run("call", "unix:" + socket, "echo", "1").out()).isEqualTo("[1]\n");
      server.signal("TERM");
      assertThat(server.end().status())
          .isEqualTo(Integer.parseInt(value("remuda@.service", "SuccessExitStatus")));
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(socket, script);
    }
  }

  @Test
  @DisplayName("P.15 a number of sockets that makes no sense is none")
  void nonsense() {
    var builder = Command.builder("serve", "--class", "dev.remuda.examples.Echo");
    builder.environment().putAll(Map.of("LISTEN_FDS", "many", "LISTEN_PID", "1"));
    try (var server = Command.start(builder)) {
      server.end().complains(2, "listen");
    }
  }
}
