package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remuda.protocol.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("counts this JVM's children")
@DisplayName("P.42 A server as a process of its own")
@Timeout(120)
class ForkTest {
  private static final String ECHO = "[\"do\",{},\"echo\",1]";

  @TempDir Path folder;

  private final List<String> printed = new CopyOnWriteArrayList<>();

  private TaskServer.Builder settings() {
    return TaskServer.builder()
        .name("forked")
        .listen("unix:" + folder.resolve("s"))
        .crashReports(folder.resolve("crashes"))
        .serve(Served.Trial.class)
        .environment("COLOUR", "λ green")
        .jvmArguments("-XX:TieredStopAtLevel=1", "-Xmx64m")
        .output((id, stream, line) -> printed.add(id + " " + stream + " " + line));
  }

  @Test
  @SuppressWarnings("try") // what is shown is the close
  @DisplayName("P.42, P.37 serves, prints, counts, and ends at close with all of its processes")
  void serves() throws Exception {
    long pid;
    ForkedServer ended;
    try (ForkedServer server = TaskServer.fork(settings().listen("tcp:127.0.0.1:0"))) {
      pid = server.pid();
      assertThat(server.addresses()).hasSize(2).first().hasToString("unix:" + folder.resolve("s"));
      assertThat(server.controlAddress().orElseThrow())
          .hasToString("unix:" + folder.resolve("s.ctl"));
      for (Address address : server.addresses()) {
        try (RawPeer peer = RawPeer.connect(address)) {
          assertThat(peer.call(ECHO)).isEqualTo("[\"ok\",{},[1]]");
          assertThat(peer.call("[\"do\",{},\"environment\",\"COLOUR\"]"))
              .isEqualTo("[\"ok\",{},\"λ green\"]");
          peer.call("[\"do\",{},\"print\",\"to out\",\"to λ\"]");
          ServerStats stats = until(server, "BUSY");
          assertThat(stats.trouble()).isEmpty();
        }
      }
      Awaitility.await()
          .atMost(RunningServer.PATIENCE)
          .until(() ->
              printed.contains("forked(1) OUT to out") && printed.contains("forked(1) ERR to λ"));
      String command = Files.readString(Path.of("/proc/" + pid + "/cmdline"));
      assertThat(command).endsWith("\0remuda-server: forked\0").doesNotContain("COLOUR");
      assertThat(server.ended()).isNotDone();
      ended = server;
    }
    assertThat(ended.ended()).isCompleted();
    assertThat(ended.stats()).failsWithin(Duration.ofSeconds(30));
    assertThat(RunningServer.alive(pid)).isFalse();
    assertThat(files()).containsExactly("crashes");
  }

  private List<String> files() throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  @DisplayName("P.42 what cannot be is told as by a server in this JVM; nothing is left running")
  void errors() throws Exception {
    assertThatThrownBy(() -> TaskServer.fork(settings().standby(-1).maxWorkers(-2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("standby is at least 0, not -1")
        .hasMessageContaining("not -2");
    try (TaskServer first = settings().start()) {
      assertThatThrownBy(() -> TaskServer.fork(settings()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(
              "s is in use by a live server (pid " + ProcessHandle.current().pid() + ")");
      assertThat(first.ended()).isNotDone();
    }
    var missing = TaskServer.builder().serve(Served.Trial.class).listen("unix:/no/such/folder/s");
    assertThatThrownBy(() -> TaskServer.fork(missing.control("unix:" + folder.resolve("c"))))
        .hasMessageContaining("cannot listen on unix:/no/such/folder/s: there is no folder");
    assertThat(ProcessHandle.current().children())
        .noneMatch(child -> child.info().commandLine().orElse("").contains("remuda-server: "));
  }

  @Test
  @DisplayName("P.42 an end that nobody wanted is told, with what the process said last")
  void killed() throws Exception {
    try (ForkedServer server = TaskServer.fork(settings().listen("tcp:127.0.0.1:0"))) {
      List<ServerStats.Worker> workers = until(server, "STANDBY").workers();
      assertThat(new ProcessBuilder("kill", "-9", "" + server.pid()).start().waitFor()).isZero();
      assertThatThrownBy(() -> server.ended().get(60, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("process " + server.pid() + " has ended with status 137")
          .hasMessageContaining("remuda-server forked: class=");
      workers.forEach(worker -> RunningServer.awaitGone(worker.pid()));
    }
  }

  private static ServerStats until(ForkedServer server, String state) {
    return Awaitility.await()
        .atMost(RunningServer.PATIENCE)
        .until(
            () -> server.stats().get(30, TimeUnit.SECONDS),
            stats -> stats.workers().stream().anyMatch(worker -> worker.state().equals(state)));
  }

  @Test
  @DisplayName("P.42, P.16 drain and close with a grace let a checkout come to its end")
  void orderlyEnds() throws Exception {
    try (ForkedServer server = TaskServer.fork(settings())) {
      RawPeer peer = RawPeer.connect(server.addresses().getFirst());
      peer.call(ECHO);
      server.drain();
      assertThat(peer.call(ECHO)).isEqualTo("[\"ok\",{},[1]]");
      assertThat(server.ended()).isNotDone();
      peer.close();
      server.ended().get(60, TimeUnit.SECONDS);
    }
    try (ForkedServer server = TaskServer.fork(settings());
        RawPeer peer = RawPeer.connect(server.addresses().getFirst())) {
      peer.call(ECHO);
      server.close(Duration.ofMillis(100));
      assertThat(peer.rest()).isEmpty();
      server.ended().get(60, TimeUnit.SECONDS);
      assertThatThrownBy(() -> server.close(Duration.ofMillis(-1)))
          .hasMessageContaining("PT-0.001S");
    }
    assertThat(files()).containsExactly("crashes");
  }

  /** A host that may not use native access, and is killed. */
  static final class Host {
    private Host() {}

    public static void main(String[] arguments) throws Exception {
      ForkedServer server =
          TaskServer.fork(
              TaskServer.builder()
                  .name("forked")
                  .listen("unix:" + arguments[0])
                  .crashReports(Path.of(arguments[0] + ".crashes"))
                  .command("/bin/sh", "-c", "echo ready >&4; read line <&3"));
      System.out.println(server.pid());
      server.ended().join();
    }
  }

  @Test
  @DisplayName("P.42 needs no native access, and ends with its host, kill -9 included")
  void aHostThatIsKilled() throws Exception {
    Path socket = folder.resolve("s");
    List<String> command = new ArrayList<>(ChildJvm.command(Host.class, socket.toString()));
    command.set(command.indexOf("-cp") + 1, System.getProperty("java.class.path"));
    command.remove("--enable-native-access=ALL-UNNAMED");
    command.add(1, "--illegal-native-access=deny");
    Process host =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    long pid = Long.parseLong(host.inputReader().readLine());
    List<Long> all = new ArrayList<>();
    try (RawPeer peer = RawPeer.connect(new Address.Unix(Path.of(socket + ".ctl")))) {
      Awaitility.await()
          .atMost(RunningServer.PATIENCE)
          .until(() -> peer.call("[\"do\",{},\"workers\"]").contains("STANDBY"));
      ProcessHandle.of(pid).orElseThrow().descendants().forEach(child -> all.add(child.pid()));
    }
    assertThat(all).isNotEmpty();
    host.destroyForcibly().waitFor();
    RunningServer.awaitGone(pid);
    all.forEach(RunningServer::awaitGone);
    assertThat(files()).isEmpty();
  }
}
