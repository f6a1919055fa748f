package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.WorkerExit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("P.18 The control address")
@Timeout(120)
class ControlAddressTest {
  private static final String HELLO =
      "[\"hi\",{\"c\":{\"v\":1,\"caps\":[\"ab\"],\"name\":\"raw\"}}]";

  /** Ready at once, for what is not about JVMs. */
  private static final String WAITING = "echo ready >&4; read line <&3";

  @TempDir Path folder;

  private static RunningServer shell() throws IOException {
    return RunningServer.start(b -> b.command("/bin/sh", "-c", WAITING));
  }

  @Test
  @DisplayName("P.18, P.50 is a socket of mode 0600 beside the server's own, gone when it closes")
  void isBesideTheSocket() throws Exception {
    var running = shell();
    Path socket = running.folder.resolve("s.ctl");
    try (running) {
      assertThat(running.server.controlAddress()).contains(new Address.Unix(socket));
      assertThat(running.server.settings()).containsEntry("control", "unix:" + socket);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-------");
    }
    assertThat(socket).doesNotExist();
  }

  @Test
  @DisplayName("P.18 is none for TCP only, unless one is named")
  void isNoneForTcpOnly() throws Exception {
    try (TaskServer server =
            TaskServer.builder()
                .listen("tcp:127.0.0.1:0")
                .environment("REMUDA_CONTROL", "unix:/of/another.ctl")
                .serve(Served.Trial.class)
                .start();
        RawPeer peer = RawPeer.connect(server.addresses().getFirst())) {
      assertThat(server.controlAddress()).isEmpty();
      assertThat(server.settings()).containsEntry("control", "none");
      assertThat(peer.call(HELLO)).doesNotContain("ctl");
      assertThat(peer.call("[\"do\",{},\"environment\",\"REMUDA_CONTROL\"]"))
          .isEqualTo("[\"ok\",{},null]");
    }
    Path named = folder.resolve("named");
    try (TaskServer server =
            TaskServer.builder()
                .listen("tcp:127.0.0.1:0")
                .control("unix:" + named)
                .serve(Served.Trial.class)
                .start();
        RawPeer peer = RawPeer.connect(server.addresses().getFirst())) {
      assertThat(peer.call(HELLO)).contains("\"ctl\":\"unix:" + named + "\"");
      assertThat(peer.call("[\"do\",{},\"environment\",\"REMUDA_CONTROL\"]"))
          .isEqualTo("[\"ok\",{},\"unix:" + named + "\"]");
      try (RawPeer asker = RawPeer.connect(new Address.Unix(named))) {
        assertThat(asker.call("[\"do\",{},\"status\"]")).startsWith("[\"ok\",{},");
      }
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  @DisplayName("P.18 one in use by a live server, or too long, is refused and leaves nothing")
  void refused() throws Exception {
    try (var running = shell()) {
      assertThatThrownBy(() ->
              TaskServer.builder()
                  .listen("unix:" + folder.resolve("s"))
                  .control(running.control().toString())
                  .command("true")
                  .start())
          .hasMessageContaining("is in use by a live server");
    }
    String longest = folder + "/" + "x".repeat(105 - folder.toString().length());
    assertThatThrownBy(() -> TaskServer.builder().listen("unix:" + longest).command("true").start())
        .hasMessageContaining("no control address beside the socket, say control(ADDRESS): ")
        .hasMessageContaining("this has 110");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  @DisplayName("P.18 status and workers tell the counts, the addresses and each worker")
  void statusAndWorkers() throws Exception {
    try (var running = RunningServer.start(b -> b.serve(Served.Trial.class).maxWorkers(5));
        RawPeer peer = running.connect()) {
      long pid = Long.parseLong(peer.call("[\"do\",{},\"pid\"]").replaceAll("\\D", ""));
      running.awaitIn("STANDBY", 1);
      Map<?, ?> status = Asked.map(running, "\"status\"");
      assertThat(status.get("name")).isEqualTo("test");
      assertThat(status.get("pid")).isEqualTo(ProcessHandle.current().pid());
      assertThat(status.get("listen"))
          .isEqualTo(List.of(running.server.addresses().getFirst().toString()));
      assertThat(status.get("maxWorkers")).isEqualTo(5L);
      assertThat(status.get("started")).isEqualTo(2L);
      assertThat(status.get("killed")).isEqualTo(0L);
      assertThat(status.get("workers")).isEqualTo(Map.of("BUSY", 1L, "STANDBY", 1L));
      assertThat(status.get("trouble")).isNull();
      assertThat((Long) status.get("ageMillis")).isPositive();

      var workers = (List<?>) Asked.ask(running, "\"workers\"");
      assertThat(workers).hasSize(2);
      var busy = (Map<?, ?>) workers.getFirst();
      assertThat(busy.get("id")).isEqualTo("test(1)");
      assertThat(busy.get("pid")).isEqualTo(pid);
      assertThat(busy.get("state")).isEqualTo("BUSY");
      assertThat(busy.get("address")).isEqualTo(running.server.addresses().getFirst().toString());
      assertThat(busy.get("checkouts")).isEqualTo(1L);
      assertThat((Long) busy.get("readyMillis")).isPositive();
      assertThat((Long) busy.get("ageMillis"))
          .isGreaterThanOrEqualTo((Long) busy.get("readyMillis"));
    }
  }

  @Test
  @DisplayName("P.18 status says why no worker can be started")
  void statusSaysWhatTroubles() throws Exception {
    try (var running = RunningServer.start(b -> b.command("/bin/sh", "-c", "echo no; exit 3"))) {
      await().atMost(RunningServer.PATIENCE).until(() -> running.stats().trouble().isPresent());
      assertThat((String) Asked.map(running, "\"status\"").get("trouble"))
          .contains("no worker could be started: test(")
          .contains("exited with status 3 before it was ready");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"exit\",7 | exited with status 7",
        "\"fillHeap\" | ran out of memory (Java heap space)",
        "\"spin\" | exited with status 4"
      })
  @DisplayName("P.18 Autopsy: it tells how a worker ended by itself, out of memory or hung")
  void itTellsHowAWorkerEnded(String call, String cause) throws Exception {
    try (var running =
            RunningServer.start(
                b -> b.serve(Served.Trial.class).hungWorkerTimeout(Duration.ofSeconds(2)));
        RawPeer peer = running.connect()) {
      peer.call("[\"do\",{},\"print\",\"last words\",\"λ\"]");
      long pid = Long.parseLong(peer.call("[\"do\",{},\"pid\"]").replaceAll("\\D", ""));
      peer.send("[\"do\",{}," + call + "]");
      WorkerExit exit = Asked.autopsy(running, "test(1)");
      assertThat(exit.pid()).isEqualTo(pid);
      assertThat(exit.cause()).hasToString(cause);
      assertThat(exit.reason()).isNull();
      assertThat(exit.checkouts()).isEqualTo(1);
      assertThat(exit.maxRssKib()).isGreaterThan(1_000);
      assertThat(exit.lastLines()).contains("last words", "λ");
      if (call.contains("spin")) {
        assertThat(exit.lastLines())
            .anyMatch(line -> line.startsWith("Killing hung worker (" + pid + ")"));
      }
      assertThat(exit.age()).isPositive();
      WorkerExit told = running.server.exitOf("test(1)").join().orElseThrow();
      assertThat(exit.summary()).isEqualTo(told.summary());
    }
  }

  @Test
  @DisplayName("P.18 Autopsy: it tells of a signal from outside")
  void itTellsOfASignal() throws Exception {
    try (var running = shell()) {
      ServerStats.Worker worker = running.awaitIn("STANDBY", 1).getFirst();
      Linux.signal(worker.pid(), Signals.SIGKILL);
      assertThat(Asked.autopsy(running, worker.id()).cause()).hasToString("was ended by SIGKILL");
    }
  }

  @Test
  @DisplayName("P.18 Autopsy: of a worker that lives it says null once the asker has waited enough")
  void ofAWorkerThatLives() throws Exception {
    try (var running = shell();
        RawPeer peer = running.ask()) {
      running.awaitIn("STANDBY", 1);
      long before = System.nanoTime();
      assertThat(peer.call("[\"do\",{\"dl\":100},\"autopsy\",\"test(1)\"]"))
          .isEqualTo("[\"ok\",{},null]");
      assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(100_000_000);
      assertThat(peer.call("[\"do\",{\"dl\":0},\"autopsy\",\"test(1)\"]"))
          .isEqualTo("[\"ok\",{},null]");
    }
  }

  @Test
  @DisplayName("P.18 kill ends a worker for a reason, which who waits for its autopsy hears")
  void killEndsAWorker() throws Exception {
    try (var running = shell();
        RawPeer waiting = running.ask();
        RawPeer peer = running.ask()) {
      long pid = running.awaitIn("STANDBY", 1).getFirst().pid();
      waiting.send("[\"do\",{\"dl\":10000},\"autopsy\",\"test(1)\"," + pid + "]");
      String reason = "two\\nlines " + "x".repeat(600);
      String kill = "[\"do\",{},\"kill\",\"test(1)\",\"" + reason + "\"," + pid + "]";
      assertThat(peer.call(kill)).isEqualTo("[\"ok\",{},true]");
      WorkerExit exit = WorkerExit.fromWire(Asked.ok(waiting.receive()));
      assertThat(exit.reason()).startsWith("two lines xxx").hasSize(501).endsWith("x…");
      assertThat(exit.cause()).hasToString("was ended by SIGKILL");
      assertThat(peer.call(kill)).isEqualTo("[\"ok\",{},false]");
      assertThat(running.stats().killed()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | no command null; there is autopsy ID [PID], drain [MILLIS], dump ID [PID], events,",
        ",\"dance\" | no command 'dance'; there is autopsy ID [PID], drain [MILLIS], dump",
        ",[1] | no command an array; there is autopsy",
        ",\"status\",1 | status with 1 arguments; there is status",
        ",\"autopsy\" | autopsy with 0 arguments; there is autopsy ID [PID]",
        ",\"autopsy\",7 | ID is a string such as name(7), not 7",
        ",\"autopsy\",\"test(77)\" | no worker 'test(77)' lives or is among the last 1000 that",
        ",\"autopsy\",\"test(1)\",1 | worker 'test(1)' has pid ",
        ",\"autopsy\",\"test(1)\",{} | , not an object",
        ",\"kill\",\"test(1)\" | kill with 1 arguments; there is kill ID REASON [PID]",
        ",\"kill\",\"test(1)\",\" \" | kill needs a reason, not ' '",
        ",\"kill\",\"test(1)\",null | kill needs a reason, not null",
        ",\"kill\",\"test(1)\",\"r\",1 | worker 'test(1)' has pid "
      })
  @DisplayName("P.18 what is not known or not asked so is told what there is, and changes nothing")
  void whatIsNotKnown(String words, String error) throws Exception {
    try (var running = shell();
        RawPeer peer = running.ask()) {
      running.awaitIn("STANDBY", 1);
      assertThat(peer.call("[\"do\",{}" + words + "]")).startsWith("[\"er\",{},\"").contains(error);
      assertThat(peer.call("[\"do\",{},\"status\"]")).startsWith("[\"ok\",{},");
      assertThat(running.in("STANDBY")).hasSize(1);
      assertThat(running.stats().started()).isEqualTo(1);
    }
  }
}
