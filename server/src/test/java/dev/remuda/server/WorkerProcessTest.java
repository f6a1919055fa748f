package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("P.13, P.37 A worker's descriptors, environment, signals and command line")
@Timeout(120)
class WorkerProcessTest {
  private static List<String> parts(long pid, String file) throws IOException {
    return List.of(Files.readString(Path.of("/proc/" + pid + "/" + file)).split("\0", -1));
  }

  private static Map<Integer, String> descriptors(long pid) throws IOException {
    var all = new TreeMap<Integer, String>();
    try (var open = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
      for (Path each : open) {
        try {
          all.put(
              Integer.parseInt(each.getFileName().toString()),
              Files.readSymbolicLink(each).toString());
        } catch (NoSuchFileException e) {
          // Closed meanwhile.
        }
      }
    }
    return all;
  }

  private static List<String> sockets(long pid) throws IOException {
    var sockets = new ArrayList<>(descriptors(pid).values());
    sockets.removeIf(target -> !target.startsWith("socket:"));
    return sockets;
  }

  private static Map<String, String> status(long pid) throws IOException {
    var all = new TreeMap<String, String>();
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      all.put(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 1).strip());
    }
    return all;
  }

  @Test
  @DisplayName("P.13 of a command they are exactly what was given, and nothing of ours")
  void ofACommand() throws Exception {
    try (var running =
        RunningServer.start(b -> b.environment("COLOUR", "λ").command("/bin/sleep", "1000"))) {
      ServerStats.Worker worker = running.awaitIn("STARTING", 1).getFirst();
      long pid = worker.pid();
      // Until its program is loaded it shows the supervisor's.
      await()
          .atMost(RunningServer.PATIENCE)
          .until(() -> parts(pid, "cmdline"), List.of("/bin/sleep", "1000", "")::equals);
      var expected = new ArrayList<String>();
      new TreeMap<>(System.getenv()).forEach((name, value) -> expected.add(name + "=" + value));
      expected.removeIf(each -> each.matches("(REMUDA_(CONTROL|WORKER)|LISTEN_\\w+)=.*"));
      expected.add("COLOUR=λ");
      expected.add("TRIAL=" + running.folder);
      expected.add("REMUDA_CONTROL=" + running.control());
      expected.add("REMUDA_WORKER=test(1)");
      expected.add("");
      assertThat(parts(pid, "environ")).containsExactlyInAnyOrderElementsOf(expected);
      Map<Integer, String> open = descriptors(pid);
      assertThat(open.keySet()).containsExactly(0, 1, 2, 3, 4);
      assertThat(open.get(0)).startsWith("socket:");
      assertThat(List.of(open.get(1), open.get(2), open.get(3), open.get(4)))
          .allMatch(target -> target.startsWith("pipe:"))
          .doesNotHaveDuplicates();
      assertThat(status(pid))
          .containsEntry("SigBlk", "0000000000000000")
          .containsEntry("SigIgn", "0000000000000000")
          .containsEntry("SigCgt", "0000000000000000")
          .containsEntry("PPid", String.valueOf(ProcessHandle.current().pid()));
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5);
      assertThat(List.of(fields[2], fields[3])).as("group, session").containsOnly("" + pid);
    }
  }

  @Test
  @DisplayName("P.13, P.37 of a class they are what its JVM needs, named for ps, with no input")
  void ofAClass() throws Exception {
    try (var running = RunningServer.start(b -> b.serve(Served.Single.class).standby(2))) {
      List<ServerStats.Worker> workers = running.awaitIn("STANDBY", 2);
      List<String> ofServer = sockets(ProcessHandle.current().pid());
      for (ServerStats.Worker worker : workers) {
        long pid = worker.pid();
        List<String> words = parts(pid, "cmdline");
        assertThat(words).first().isEqualTo("remuda-worker: " + worker.id());
        assertThat(words.subList(1, 1 + TaskServer.DEFAULT_JVM_ARGUMENTS.size()))
            .isEqualTo(TaskServer.DEFAULT_JVM_ARGUMENTS);
        assertThat(words.subList(words.indexOf("dev.remuda.worker.WorkerMain"), words.size()))
            .containsExactly(
                "dev.remuda.worker.WorkerMain",
                "--id=" + worker.id(),
                "--class=" + Served.Single.class.getName(),
                "--hung-after=300000",
                "--control=" + running.control(),
                "");
        Map<Integer, String> open = descriptors(pid);
        assertThat(open).containsEntry(0, "/dev/null");
        assertThat(sockets(pid)).filteredOn(ofServer::contains).as("that it listens on").hasSize(1);
        // The JDK's own: half of a closed pair, which it puts in place of a descriptor in use.
        assertThat(sockets(pid)).filteredOn(each -> !ofServer.contains(each)).hasSizeLessThan(2);
        assertThat(open.values())
            .allMatch(target ->
                target.matches("/dev/(null|u?random)|pipe:.*|socket:.*|/.*(jar|modules)"));
        assertThat(open.values().stream().filter(target -> target.startsWith("pipe:")).distinct())
            .as("stdout, stderr, and both ways of the control channel")
            .hasSize(4);
        assertThat(status(pid))
            .containsEntry("SigBlk", "0000000000000000")
            .containsEntry("SigIgn", "0000000000000000");
      }
    }
  }
}
