package dev.remuda.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.server.TaskServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code examples/python/client.py} as a command, against each kind of worker. */
@DisplayName("P.11 the Python client")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PythonClientTest {
  private static final int ANSWERED = 0;
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int NO_ANSWER = 3;
  private static final int INTERRUPTED = 130;

  /** Runs a command that is interrupted though this build is in the background of a script. */
  private static final String HEEDS_INTERRUPTS =
      "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL);"
          + " os.execvp(sys.argv[1], sys.argv[1:])";

  /** What a run of the command gave. */
  private record Run(int status, String out, String err) {}

  private Path socket;
  private TaskServer server;

  @BeforeEach
  void chooseSocket(@TempDir Path folder) {
    socket = folder.resolve("echo.sock");
  }

  @AfterEach
  void close() {
    if (server != null) {
      server.close();
    }
  }

  @ParameterizedTest
  @EnumSource(ExampleKind.class)
  @DisplayName("P.11 gets all that JSON can hold back from each kind of worker, in each way")
  void callsEachKindOfWorker(ExampleKind kind) throws Exception {
    serve(kind);
    for (String how : List.of("--timeout=", "--greet", "--plain")) {
      var arguments = new ArrayList<>(List.of("echo", "1", "-2.5", "null", "true", "\"λ😀\""));
      arguments.addAll(List.of("{\"ключ\":[12345678901234567890123,\"1\"]}"));
      if (!how.endsWith("=")) {
        arguments.add(how);
      }
      Run run = call(arguments.toArray(new String[0]));
      assertThat(run.err).isEmpty();
      assertThat(run.out)
          .isEqualTo("[1,-2.5,null,true,\"λ😀\",{\"ключ\":[12345678901234567890123,\"1\"]}]\n");
      assertThat(run.status).isEqualTo(ANSWERED);
    }
  }

  @ParameterizedTest
  @EnumSource(ExampleKind.class)
  @DisplayName("P.26 runs calls on one checkout up to the first that fails, and says which")
  void stopsAtTheFirstFailure(ExampleKind kind) throws Exception {
    serve(kind);
    Run run =
        call(
            "echo",
            "1",
            "--then",
            "pid",
            "--then",
            "fail",
            "\"no λ\"",
            "--then",
            "echo",
            "2",
            "--then",
            "echo",
            "3");
    assertThat(run.out).matches("\\[1]\n[0-9]+\n");
    assertThat(run.err.lines().filter(line -> line.startsWith("client.py: "))).hasSize(3);
    assertThat(run.err).contains("no λ").contains("client.py: skipped");
    assertThat(run.status).isEqualTo(FAILED);
    assertThat(server.stats().join().started()).isLessThanOrEqualTo(2);
  }

  @Test
  @DisplayName("P.11 shows where a JVM worker's code failed")
  void showsTheRemoteTrace() throws Exception {
    serve(ExampleKind.JVM);
    Run run = call("fail", "\"no λ\"", "--greet");
    assertThat(run.err)
        .contains("client.py: java.lang.IllegalStateException: no λ")
        .contains("    at dev.remuda.examples.Echo.fail(Echo.java:");
    assertThat(run.status).isEqualTo(FAILED);
  }

  @ParameterizedTest
  @CsvSource({"JVM,Echo.sleep", "PYTHON,in sleep", "PERL,''"})
  @DisplayName("P.25 ends a worker that does not answer in time, and shows what it was doing")
  void givesUp(ExampleKind kind, String doing) throws Exception {
    serve(kind);
    Run run = call("sleep", "600000", "--greet", "--timeout", "3");
    assertThat(run.err).startsWith("client.py: no answer within 3.0 s").contains(doing);
    assertThat(run.status).isEqualTo(NO_ANSWER);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> server.stats().join().workers().stream().noneMatch(w -> isBusy(w.state())));
  }

  private static boolean isBusy(String state) {
    return state.equals("BUSY");
  }

  @Test
  @DisplayName("P.28 interrupted, it aborts its call and shows what the worker was doing")
  void abortsWhenInterrupted() throws Exception {
    serve(ExampleKind.PYTHON);
    var command = new ArrayList<>(List.of("python3", "-c", HEEDS_INTERRUPTS));
    command.addAll(
        Script.PYTHON_CLIENT.command(
            "unix:" + socket, "sleep", "600000", "--greet", "--timeout", "none"));
    Process process = new ProcessBuilder(command).start();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> server.stats().join().workers().stream().anyMatch(w -> isBusy(w.state())));
    assertThat(new ProcessBuilder("kill", "-INT", "" + process.pid()).start().waitFor()).isZero();
    Run run = ended(process);
    assertThat(run.err).contains("client.py: interrupted");
    assertThat(run.status).isEqualTo(INTERRUPTED);
  }

  @Test
  @DisplayName("P.23 shows what a Python worker tells of its progress, more than fits at once too")
  void showsProgress() throws Exception {
    serve(ExampleKind.PYTHON);
    Run run = call("count", "100", "--progress");
    assertThat(run.err.lines()).hasSize(100).startsWith("progress: 1").endsWith("progress: 100");
    assertThat(run.out).isEqualTo("100\n");
    assertThat(run.status).isEqualTo(ANSWERED);
  }

  @Test
  @DisplayName("P.21 waits for a server that is not there yet, and says so")
  void waitsForAServer() throws Exception {
    Process process = start("echo", "1", "--timeout", "30");
    await().atMost(Duration.ofSeconds(20)).until(() -> process.getErrorStream().available() > 0);
    serve(ExampleKind.PYTHON);
    Run run = ended(process);
    assertThat(run.err).contains("waiting for a server at unix:" + socket).hasLineCount(1);
    assertThat(run.out).isEqualTo("[1]\n");
  }

  @Test
  @DisplayName("P.21 says that there is no server, in time")
  void saysThatThereIsNoServer() throws Exception {
    Run run = call("echo", "1", "--timeout", "0.3");
    assertThat(run.err).contains("client.py: no server at unix:" + socket);
    assertThat(run.status).isEqualTo(NO_ANSWER);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "echo --fly | unknown option: --fly",
        "echo -x | unknown option: -x",
        "echo word | not JSON: word",
        "echo NaN | not JSON: NaN",
        "echo --timeout soon | --timeout takes seconds or none, not 'soon'",
        "echo --timeout | --timeout takes seconds",
        "echo --greet --plain | --plain sends no greeting",
        "echo --then | ADDR and METHOD are needed",
      })
  @DisplayName("P.11 refuses wrong usage before anything is sent")
  void refusesWrongUsage(String words, String complaint) throws Exception {
    Run run = call(words.split(" ", -1));
    assertThat(run.err).startsWith("client.py: " + complaint).endsWith("--help says more\n");
    assertThat(run.status).isEqualTo(USAGE);
  }

  @Test
  @DisplayName("P.11 tells its usage, and an address that is none")
  void tellsItsUsage() throws Exception {
    assertThat(run(List.of("--help")).out).startsWith("usage: client.py ADDR METHOD");
    assertThat(run(List.of()).status).isEqualTo(USAGE);
    assertThat(run(List.of("--greet")).err).contains("ADDR and METHOD are needed");
    Run wrong = run(List.of("udp:here", "echo"));
    assertThat(wrong.err).contains("not an address: 'udp:here'");
    assertThat(wrong.status).isEqualTo(USAGE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SSH-2.0-OpenSSH | what came is no message",
        "[\"ok\"] | not [code, META",
        "[\"ok\",{},1}] | no JSON came",
        "[\"xx\",{},1] | 'xx' came out of turn",
        "[\"rd\",{}] | 'rd' came out of turn",
        "`` | the worker ended without an answer",
        "[\"ok\",{ | the worker ended without an answer",
      })
  @DisplayName("P.11 takes no harm from a peer over TCP that is no worker")
  void refusesGarbage(String garbage, String complaint) throws Exception {
    try (var peer = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> answered =
          CompletableFuture.runAsync(() -> answerOnce(peer, garbage));
      Run run = run(List.of("tcp:127.0.0.1:" + peer.getLocalPort(), "echo", "1"));
      assertThat(run.err).startsWith("client.py: " + complaint).hasLineCount(1);
      assertThat(run.status).isEqualTo(FAILED);
      answered.join();
    }
  }

  private static void answerOnce(ServerSocket peer, String answer) {
    try (var connection = peer.accept()) {
      var read = new byte[4096];
      assertThat(connection.getInputStream().read(read)).isPositive();
      connection.getOutputStream().write(answer.getBytes(UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void serve(ExampleKind kind) throws IOException {
    server = kind.serving().listen("unix:" + socket).start();
  }

  private Run call(String... words) throws Exception {
    return ended(start(words));
  }

  private Process start(String... words) throws IOException {
    var arguments = new ArrayList<>(List.of("unix:" + socket));
    arguments.addAll(List.of(words));
    return started(arguments);
  }

  private static Run run(List<String> arguments) throws Exception {
    return ended(started(arguments));
  }

  private static Process started(List<String> arguments) throws IOException {
    var command = Script.PYTHON_CLIENT.command(arguments.toArray(new String[0]));
    return new ProcessBuilder(command).start();
  }

  private static Run ended(Process process) throws Exception {
    var out = CompletableFuture.supplyAsync(() -> allOf(process.getInputStream()));
    String err = allOf(process.getErrorStream());
    assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
    return new Run(process.exitValue(), out.join(), err);
  }

  private static String allOf(InputStream stream) {
    try {
      return new String(stream.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
