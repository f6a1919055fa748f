package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.WorkerExit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("P.8, P.13, P.14 The supervisor outlives what workers and listeners do")
class SupervisorFaultTest {
  @TempDir Path folder;

  private static RunningServer shell(String script) throws IOException {
    return RunningServer.start(b -> b.command("/bin/sh", "-c", script));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"accepted", "ready\\nready", "ready\\naccepted\\naccepted", "x\\nsetup-failed"})
  void controlLinesThatFitNoStateChangeNothing(String lines) throws Exception {
    try (var running =
        shell("printf '" + lines + "\\n' >&4; echo said; exec sleep 1000 >/dev/null 2>&1")) {
      running.awaitPrinted("test(1) OUT said");
      running.server.kill("test(1)", "enough");
      WorkerExit exit = running.server.exitOf("test(1)").get(30, TimeUnit.SECONDS).orElseThrow();
      assertThat(exit.reason()).isEqualTo("enough");
    }
  }

  @Test
  @DisplayName("P.3 a worker that was set up once is not believed that its setup failed")
  void aBusyWorkerCannotSayThatItsSetupFailed() throws Exception {
    try (var running =
        RunningServer.start(b ->
            b.maxWorkers(1)
                .command(
                    "/bin/sh",
                    "-c",
                    "printf 'ready\\naccepted\\nsetup-failed x\\n' >&4; echo said; sleep 1000"))) {
      running.awaitPrinted("test(1) OUT said");
      assertThat(running.awaitIn("BUSY", 1).getFirst().id()).isEqualTo("test(1)");
      assertThat(running.stats().trouble()).isEmpty();
    }
  }

  @Test
  void controlLinesThatAreReadWhenTheWorkerIsDeadBreakNothing() throws Exception {
    try (var running = shell("printf 'accepted\\nready\\naccepted\\naccepted\\n' >&4")) {
      assertThat(running.server.exitOf("test(1)").get(30, TimeUnit.SECONDS)).isPresent();
      await().atMost(RunningServer.PATIENCE).until(() -> running.stats().started() >= 2);
    }
  }

  @Test
  void aListenerThatThrowsBreaksNothing() throws Exception {
    try (var running =
        RunningServer.start(b ->
            b.serve(Served.Trial.class)
                .output((id, stream, line) -> {
                  if (line.equals("a")) {
                    throw new AssertionError(line);
                  }
                  throw new IllegalStateException(line);
                }))) {
      try (RawPeer peer = running.connect()) {
        assertThat(peer.call("[\"do\",{},\"print\",\"a\",\"b\"]")).isEqualTo("[\"ok\",{},null]");
      }
      WorkerExit exit = running.server.exitOf("test(1)").get(30, TimeUnit.SECONDS).orElseThrow();
      assertThat(exit.lastLines()).containsExactlyInAnyOrder("a", "b");
    }
  }

  @Test
  void aWorkerThatLeavesAsSoonAsItIsReadyIsStartedAgainWithBackoff() throws Exception {
    try (var running = shell("echo ready >&4; echo gone >&2; exit 7")) {
      await().atMost(RunningServer.PATIENCE).until(() -> running.stats().trouble().isPresent());
      assertThat(running.stats().trouble().orElseThrow())
          .startsWith("no worker could be started: test(")
          .endsWith("exited with status 7 while it was idle: gone");
      long began = System.nanoTime();
      await().atMost(RunningServer.PATIENCE).until(() -> running.stats().started() >= 6);
      // The pauses before the third to the sixth: 200, 400, 800 and 1,600 ms, less a quarter.
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofSeconds(2));
    }
  }

  @Test
  void aWorkerThatDiesBeforeItIsReadyIsNamedAndStartedAgainWithBackoff() throws Exception {
    try (var running =
        RunningServer.start(b -> b.serve(Served.Trial.class).jvmArguments("-XX:NoSuchOption"))) {
      await().atMost(RunningServer.PATIENCE).until(() -> running.stats().trouble().isPresent());
      assertThat(running.stats().trouble().orElseThrow())
          .contains("exited with status 1 before it was ready")
          .contains("NoSuchOption");
      await().atMost(RunningServer.PATIENCE).until(() -> running.stats().started() >= 2);
    }
  }

  @Test
  void aProgramThatDoesNotExistIsNamed() throws Exception {
    try (var running = RunningServer.start(b -> b.command("/no/such/program"))) {
      await().atMost(RunningServer.PATIENCE).until(() -> running.stats().trouble().isPresent());
      assertThat(running.stats().trouble().orElseThrow())
          .contains("/no/such/program")
          .contains("ENOENT");
    }
  }

  @Test
  @Timeout(60)
  void aClosedServerStillAnswers() throws Exception {
    var running = RunningServer.serving(Served.Trial.class);
    running.awaitIn("STANDBY", 1);
    running.close();
    running.server.close();
    assertThat(running.server.stats().get(10, TimeUnit.SECONDS).workers()).isEmpty();
    WorkerExit exit = running.server.exitOf("test(1)").get(10, TimeUnit.SECONDS).orElseThrow();
    assertThat(exit.reason()).isEqualTo("its server was closed");
    assertThat(running.server.exitOf("test(99)").get(10, TimeUnit.SECONDS)).isEmpty();
    running.server.kill("test(1)", "too late");
  }

  @Test
  void aServerMayBeClosedWhileItsWorkersStart() throws Exception {
    for (int i = 0; i < 3; i++) {
      RunningServer.start(b -> b.serve(Served.Trial.class).standby(3)).close();
    }
  }

  @Test
  void aLiveServerIsNotDisplaced() throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class)) {
      assertThatThrownBy(() ->
              TaskServer.builder()
                  .listen(running.server.addresses().getFirst())
                  .serve(Served.Trial.class)
                  .start())
          .hasMessageContaining(
              "is in use by a live server (pid "
                  + ProcessHandle.current().pid()
                  + ", this process itself)");
    }
  }

  @Test
  void aFileInTheWayIsNotRemoved() throws Exception {
    Path file = Files.writeString(folder.resolve("s"), "precious");
    assertThatThrownBy(
            () -> TaskServer.builder().listen("unix:" + file).serve(Served.Trial.class).start())
        .hasMessageContaining("a file is there, and no socket");
    assertThat(file).hasContent("precious");
    assertThat(folder.resolve("s.lock")).doesNotExist();
  }

  @Test
  @DisplayName("Bad configuration is named all at once, with its values")
  void allProblemsAtOnce() {
    assertThatThrownBy(() ->
            TaskServer.builder()
                .name("no name")
                .listen("nowhere")
                .listen("tcp:0.0.0.0:0")
                .serve("no.such.Class")
                .command("too")
                .standby(-1)
                .maxWorkers(-2)
                .hungWorkerTimeout(Duration.ofNanos(1))
                .control("tcp:127.0.0.1:1")
                .environment("A=B", "x")
                .workingDirectory(Path.of("/no/such/folder"))
                .start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(
            "not an address: 'nowhere'",
            "not no name",
            "tcp:0.0.0.0:0 is not on the loopback",
            "not both",
            "standby is at least 0, not -1",
            "not -2",
            "PT0.000000001S",
            "the control address is unix:PATH, not tcp:127.0.0.1:1",
            "'A=B'",
            "/no/such/folder");
  }

  @Test
  @DisplayName("P.2 what cannot be served is refused before anything starts")
  void whatCannotBeServedIsRefused() {
    for (Class<?> bad :
        new Class<?>[] {
          Served.Abstract.class, Served.Empty.class, Served.Inner.class,
          Served.NeedsAnArgument.class, Served.TakesThread.class, Served.Contract.class
        }) {
      assertThatThrownBy(
              () -> TaskServer.builder().listen("unix:" + folder.resolve("s")).serve(bad).start())
          .as(bad.getName())
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() ->
            TaskServer.builder()
                .listen("unix:" + folder.resolve("s"))
                .serve("no.such.Class")
                .start())
        .hasMessageContaining("there is no class no.such.Class on the workers' class path");
    assertThat(folder).isEmptyDirectory();
  }
}
