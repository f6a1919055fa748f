package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.remuda.protocol.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("P.13, P.14, P.18 Whatever happens to a server")
@Timeout(180)
class ServerFaultTest {
  /** The first two take a connection, the next two wait for one, who follows never gets ready. */
  private static final String EACH_STATE =
      "for i in 1 2 3 4; do mkdir $0.$i 2>/dev/null && break; i=5; done;"
          + " test $i -lt 5 && echo ready >&4; test $i -lt 3 && echo accepted >&4;"
          + " sleep 1000 & while read line <&3; do :; done; kill -9 0";

  @TempDir Path folder;

  private String eachState() {
    return EACH_STATE.replace("$0", folder.resolve("taken").toString());
  }

  private List<Long> awaitEachState(ServerProcess server) {
    return await()
        .atMost(RunningServer.PATIENCE)
        .until(
            () -> {
              List<Long> pids = new ArrayList<>();
              List<Object> states = new ArrayList<>();
              for (Map<?, ?> worker : server.workers()) {
                pids.add(((Number) Objects.requireNonNull(worker.get("pid"))).longValue());
                states.add(worker.get("state"));
              }
              return states.containsAll(List.of("BUSY", "STANDBY", "STARTING"))
                  ? pids
                  : List.<Long>of();
            },
            pids -> !pids.isEmpty());
  }

  private List<String> files() throws IOException {
    try (var files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("taken.") && !name.equals("s.err"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @CsvSource({"15, 143", "1, 129", "2, 130", "9, 137"})
  @DisplayName(
      "P.13, P.14 a signal, with workers in each state: no process is left, the path is free")
  void signals(int signal, int status) throws Exception {
    Path socket = folder.resolve("s");
    try (var server =
        new ServerProcess(new ServerProcess.How(socket).script(eachState()).standby(3))) {
      List<Long> workers = awaitEachState(server);
      List<Long> all = new ArrayList<>(workers);
      for (long worker : workers) {
        ProcessHandle.of(worker).orElseThrow().descendants().forEach(each -> all.add(each.pid()));
      }
      Linux.signal(server.pid(), signal);
      assertThat(server.process().waitFor()).isEqualTo(status);
      for (long pid : all) {
        await().atMost(RunningServer.PATIENCE).until(() -> isOver(pid));
      }
      if (signal == 9) {
        assertThat(files()).contains("s", "s.ctl", "s.ctl.lock", "s.lock");
        TaskServer.builder()
            .listen("unix:" + socket)
            .command("/bin/false")
            .standby(0)
            .start()
            .close();
      }
      assertThat(files()).isEmpty();
    }
  }

  /** A zombie of an orphan has to be reaped by others. */
  private static boolean isOver(long pid) throws IOException {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
    } catch (java.nio.file.NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      return false; // it ends at this moment
    }
  }

  @Test
  @DisplayName("P.8, P.14 stopped and continued it loses nothing: who waited is served")
  void stoppedAndContinued() throws Exception {
    try (var server = new ServerProcess(folder.resolve("s"))) {
      server.awaitState("STANDBY");
      Linux.signal(server.pid(), 19);
      try (RawPeer first = server.connect();
          RawPeer second = server.connect()) {
        String echo = "[\"do\",{},\"echo\",1]";
        assertThat(first.call(echo)).isEqualTo("[\"ok\",{},[1]]");
        second.send(echo);
        assertThat(second.hears(200)).as("nobody starts the next worker").isFalse();
        Linux.signal(server.pid(), 18);
        assertThat(second.receive()).isEqualTo("[\"ok\",{},[1]]");
      }
    }
  }

  @Test
  @DisplayName("P.13 out of memory in its JVM for a while: it goes on, and ends in order")
  void outOfMemory() throws Exception {
    try (var server =
        new ServerProcess(
            new ServerProcess.How(folder.resolve("s"))
                .script("echo ready >&4; while read line <&3; do :; done"))) {
      long first = server.awaitState("STANDBY");
      Files.createFile(folder.resolve("fill"));
      await().atMost(RunningServer.PATIENCE).until(() -> server.said().contains("memory is full"));
      Linux.signal(first, 9);
      for (int i = 0; i < 20; i++) {
        try (RawPeer peer = RawPeer.connect(new Address.Unix(folder.resolve("s.ctl")))) {
          peer.send("[\"do\",{},\"workers\"]"); // it may find no room even to refuse
        }
      }
      Files.delete(folder.resolve("fill"));
      await().atMost(RunningServer.PATIENCE).until(() -> server.said().contains("memory is free"));
      long pid = server.awaitState("STANDBY");
      Linux.signal(pid, 9);
      RunningServer.awaitGone(pid);
      server.awaitState("STANDBY");
    }
    assertThat(files()).isEmpty();
  }

  @Test
  @DisplayName("P.18 with 64 descriptors it serves as many as it can, and says what is missing")
  void descriptorLimit() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "there is no prlimit");
    Path socket = folder.resolve("s");
    try (var server =
        new ServerProcess(
            new ServerProcess.How(socket)
                .script("echo ready >&4; while read line <&3; do :; done")
                .standby(40)
                .under("/usr/bin/prlimit", "--nofile=64"))) {
      String trouble = awaitTrouble(server);
      assertThat(trouble).startsWith("no worker could be started: ").contains("EMFILE");
      assertThat(server.said()).contains("WARNING: no worker could be started: ");
      server.awaitState("STANDBY");
    }
    assertThat(files()).isEmpty();
  }

  private static String awaitTrouble(ServerProcess server) throws IOException {
    try {
      return await()
          .atMost(RunningServer.PATIENCE)
          .until(
              () -> String.valueOf(server.status().get("trouble")), text -> !text.equals("null"));
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(server.status() + "\n" + server.said(), e);
    }
  }

  @Test
  @DisplayName("P.18 at a limit of processes it serves as many as it can, and says what is missing")
  void processLimit() throws Exception {
    OtherUser.assumeThereAreSome();
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "there is no prlimit");
    var crowded = new OtherUser(54_321, List.of());
    String classPath = OtherUser.classPath(Files.createDirectory(folder.resolve("classes")));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path own = Files.createDirectory(folder.resolve("own"));
    Files.setAttribute(own, "unix:uid", crowded.uid());
    try (var server =
        new ServerProcess(
            new ServerProcess.How(own.resolve("s"))
                .script("echo ready >&4; while read line <&3; do :; done")
                .standby(80)
                .by(crowded, classPath)
                .and("/usr/bin/prlimit", "--nproc=60:"))) {
      String trouble = awaitTrouble(server);
      assertThat(trouble).startsWith("no worker could be started: ").contains("EAGAIN");
      assertThat(server.said()).contains("WARNING: no worker could be started: ");
      server.awaitState("STANDBY");
      // A JVM needs one more thread to hear SIGTERM.
      var raise = new ArrayList<>(crowded.before());
      raise.addAll(List.of("/usr/bin/prlimit", "--pid", "" + server.pid(), "--nproc=1000:"));
      assertThat(run(raise.toArray(String[]::new))).isTrue();
    }
    assertThat(own).isEmptyDirectory();
  }

  @Test
  @DisplayName("P.50 beside a lock or a socket of another user's it does not start, and says why")
  void anotherUsersFiles() throws Exception {
    OtherUser.assumeThereAreSome();
    String classPath = OtherUser.classPath(Files.createDirectory(folder.resolve("classes")));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path shared = Files.createDirectory(folder.resolve("shared"));
    Files.setAttribute(shared, "unix:mode", 01777);
    for (String file : List.of("s", "s.lock")) {
      Path theirs = shared.resolve(file);
      if (file.equals("s")) {
        Linux.close(Linux.unixListener(theirs, 0600, 1));
      } else {
        Files.createFile(theirs, PosixFilePermissions.asFileAttribute(Set.of()));
      }
      try (var server =
          new ServerProcess(
              new ServerProcess.How(shared.resolve("s")).by(OtherUser.NOBODY, classPath))) {
        assertThat(server.process().waitFor()).isEqualTo(1);
        assertThat(server.said())
            .contains("cannot listen on unix:" + shared.resolve("s"))
            .containsAnyOf("not permitted", "Permission denied");
      }
      assertThat(theirs).exists();
      Files.delete(theirs);
      assertThat(shared).isEmptyDirectory();
    }
  }

  @Test
  @DisplayName("P.18 a full disk under the socket's folder: it says so, and leaves nothing")
  void fullDisk() throws Exception {
    assumeTrue(Linux.ownUid() == 0, "only root can mount a small file system");
    Path small = Files.createDirectory(folder.resolve("small"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=3", "none", small.toString()),
        "this root may not mount");
    try {
      Files.write(small.resolve("filler"), new byte[4096]);
      long pid = ProcessHandle.current().pid();
      int before = SpawnTest.descriptors(pid).size();
      var builder =
          TaskServer.builder()
              .listen("unix:" + small.resolve("s"))
              .crashReports(folder)
              .command("/bin/sh", "-c", "echo ready >&4; read line <&3");
      assertThatThrownBy(builder::start)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on unix:" + small)
          .hasMessageContaining("ENOSPC");
      assertThat(SpawnTest.descriptors(pid)).hasSizeLessThanOrEqualTo(before);
      try (var left = Files.list(small)) {
        assertThat(left).containsExactly(small.resolve("filler"));
      }
    } finally {
      run("umount", small.toString());
    }
  }

  private static boolean run(String... command) throws Exception {
    return new ProcessBuilder(command).start().waitFor() == 0;
  }

  @Test
  @DisplayName("P.14 one address twice, in other words too, is refused; the first is not disturbed")
  void anAddressTwice() throws Exception {
    Path same = folder.resolve("x/../s");
    Files.createDirectory(folder.resolve("x"));
    var builder = TaskServer.builder().command("/bin/false").standby(0).crashReports(folder);
    builder.listen("unix:" + folder.resolve("s"));
    try (TaskServer first = builder.start()) {
      assertThatThrownBy(TaskServer.builder().command("/bin/false").listen("unix:" + same)::start)
          .hasMessageContaining(
              "is in use by a live server (pid "
                  + ProcessHandle.current().pid()
                  + ", this process itself)");
      assertThat(first.ended()).isNotDone();
    }
    Files.createSymbolicLink(folder.resolve("link"), folder);
    String usual = folder.resolve("s").toString();
    for (String other : List.of(usual, same.toString(), folder.resolve("link/s").toString())) {
      var twice = TaskServer.builder().command("/bin/false").listen("unix:" + usual);
      assertThatThrownBy(twice.listen("unix:" + other)::start)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("an address twice in [unix:" + usual + ", unix:" + other + "]");
    }
    assertThatThrownBy(
            TaskServer.builder()
                    .command("/bin/false")
                    .listen("tcp:127.0.0.1:7001")
                    .listen("tcp:localhost:7001")
                    .listen("unix:" + usual)
                    .control("unix:" + same)
                ::start)
        .hasMessageContaining("an address twice in [tcp:127.0.0.1:7001, tcp:localhost:7001, ")
        .hasMessageContaining("the control address unix:" + same + " is among those that");
    Files.delete(folder.resolve("link"));
    Files.delete(folder.resolve("x"));
    assertThat(folder).isEmptyDirectory();
  }
}
