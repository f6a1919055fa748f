package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.Address;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("P.14 kill -9 of the supervisor")
class SupervisorDeathTest {
  @TempDir Path folder;

  /** Serves {@link Served.Trial} on the socket that it is given, for ever. */
  static final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
      TaskServer server =
          TaskServer.builder()
              .name("doomed")
              .listen("unix:" + arguments[0])
              .serve(Served.Trial.class)
              .jvmArguments("-XX:TieredStopAtLevel=1", "-Xmx64m")
              .standby(2)
              .start();
      while (System.in.read() >= 0) {
        for (ServerStats.Worker worker : server.stats().get().workers()) {
          System.out.println(worker.pid() + " " + worker.state());
        }
        System.out.println(".");
      }
    }
  }

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  @DisplayName(
      "P.14 idle workers end at once, a busy one serves its client to the end, nobody connects into"
          + " a dead queue, and the next server takes the socket over")
  void killed() throws Exception {
    Path socket = folder.resolve("s");
    Process supervisor = supervisor(socket);
    long busy;
    try (var lines = supervisor.inputReader()) {
      await()
          .atMost(RunningServer.PATIENCE)
          .until(() -> workers(supervisor, lines, "STANDBY") >= 2);
      try (RawPeer peer = RawPeer.connect(new Address.Unix(socket))) {
        busy = pidOf(peer.call("[\"do\",{},\"pid\"]"));
        await()
            .atMost(RunningServer.PATIENCE)
            .until(() -> workers(supervisor, lines, "STANDBY") >= 2);
        List<Long> idle = new ArrayList<>(pids);
        idle.remove(busy);
        assertThat(idle).hasSize(2);
        supervisor.destroyForcibly().waitFor();
        idle.forEach(RunningServer::awaitGone);
        assertThat(pidOf(peer.call("[\"do\",{},\"pid\"]"))).isEqualTo(busy);
        await()
            .atMost(RunningServer.PATIENCE)
            .untilAsserted(() ->
                assertThatThrownBy(() -> RawPeer.connect(new Address.Unix(socket)).close())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("refused"));
        assertThat(RunningServer.alive(busy)).isTrue();
      }
      RunningServer.awaitGone(busy);
    } finally {
      supervisor.destroyForcibly().waitFor();
    }
    takeOver(socket);
  }

  private void takeOver(Path socket) throws Exception {
    assertThat(Files.exists(socket)).as("the dead server's socket").isTrue();
    try (TaskServer next =
            TaskServer.builder().listen("unix:" + socket).serve(Served.Trial.class).start();
        RawPeer peer = RawPeer.connect(new Address.Unix(socket))) {
      assertThat(peer.call("[\"do\",{},\"echo\",1]")).isEqualTo("[\"ok\",{},[1]]");
      assertThat(next.addresses()).containsExactly(new Address.Unix(socket));
    }
    assertThat(folder).isEmptyDirectory();
  }

  private final List<Long> pids = new ArrayList<>();

  /** Asks the supervisor which workers there are; how many of them are in {@code state}. */
  private int workers(Process supervisor, BufferedReader lines, String state) throws IOException {
    supervisor.outputWriter().write("?");
    supervisor.outputWriter().flush();
    pids.clear();
    int found = 0;
    for (String line = lines.readLine(); !line.equals("."); line = lines.readLine()) {
      int space = line.indexOf(' ');
      pids.add(Long.parseLong(line.substring(0, space)));
      found += line.substring(space + 1).equals(state) ? 1 : 0;
    }
    return found;
  }

  private static long pidOf(String reply) {
    return Long.parseLong(reply.replaceAll("[^0-9]", ""));
  }

  private static Process supervisor(Path socket) throws IOException {
    List<String> command = new ArrayList<>(ChildJvm.command(Main.class, socket.toString()));
    command.set(command.indexOf("-cp") + 1, System.getProperty("java.class.path"));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }
}
