package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.WorkerExit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("P.2, P.3, P.6 to P.8, P.12, P.13, P.37 A worker's life")
class WorkerLifeTest {
  private static final String HELLO =
      "[\"hi\",{\"c\":{\"v\":1,\"caps\":[\"ex\",\"ab\",\"rd\"],\"name\":\"raw\"}}]";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Single | \"x\" | [\"ok\",{},\"xx\"]",
        "Single | \"twice\",\"x\" | [\"ok\",{},\"xx\"]",
        "Contracted | \"hidden\" | [\"ok\",{},\"hidden\"]",
        "Overloaded | \"of\" | [\"ok\",{},\"none\"]",
        "Overloaded | \"of\",1,2 | [\"ok\",{},\"two\"]",
        "Overloaded | \"of\",1,2,3,4,5 | [\"ok\",{},\"many 2\"]",
        "Hooked | \"teardown\" | no method 'teardown' in dev.remuda.server.Served$Hooked; there is"
            + " child()",
        "Trial | \"nope\" | no method 'nope' in dev.remuda.server.Served$Trial; there is child()",
        "Trial | 7 | the call names no method in dev.remuda.server.Served$Trial",
        "Trial | \"fail\" | fail with 0 arguments is unknown; there is fail(String)",
        "Overloaded | \"unclear\",1 | unclear with 1 argument is ambiguous; there is unclear("
      })
  @DisplayName("P.2 what a call means, and what it is told that means nothing")
  void whatACallMeans(String served, String arguments, String reply) throws Exception {
    try (var running = RunningServer.serving(Class.forName("dev.remuda.server.Served$" + served));
        RawPeer peer = running.connect()) {
      assertThat(peer.call("[\"do\",{}," + arguments + "]")).contains(reply);
    }
  }

  @Test
  @DisplayName("P.2 of a class behind an interface only the interface is served")
  void onlyTheInterfaceIsServed() throws Exception {
    try (var running =
            RunningServer.start(b -> b.serve(Served.Contract.class, Served.Contracted.class));
        RawPeer peer = running.connect()) {
      assertThat(peer.call("[\"do\",{},\"shown\"]")).isEqualTo("[\"ok\",{},\"shown\"]");
      assertThat(peer.call("[\"do\",{},\"hidden\"]")).contains("no method 'hidden'");
    }
  }

  @Test
  @DisplayName(
      "P.3 while setup fails each call tries it again; one such worker is kept; it recovers")
  void whileSetupFailsOneWorkerIsKept() throws Exception {
    try (var running = RunningServer.start(b -> b.serve(Served.Hooked.class).standby(2))) {
      List<ServerStats.Worker> first = running.awaitIn("STANDBY", 2);
      running.tell("setup-fails");
      first.forEach(worker -> running.server.kill(worker.id(), "to start anew"));
      running.awaitIn("SETUP_FAILED", 1);
      assertThat(running.stats().trouble().orElseThrow()).contains("setup exception");
      try (RawPeer peer = running.connect()) {
        for (int i = 0; i < 2; i++) {
          assertThat(peer.call("[\"do\",{},\"echo\",1]"))
              .isEqualTo("[\"er\",{},\"setup exception: java.io.IOException: setup on purpose\"]");
        }
        running.untell("setup-fails");
        assertThat(peer.call("[\"do\",{},\"echo\",1]")).isEqualTo("[\"ok\",{},[1]]");
      }
      running.awaitIn("STANDBY", 2);
      assertThat(running.stats().trouble()).isEmpty();
    }
  }

  @Test
  @DisplayName("P.3, P.5 hooks run in order; a checkoutDone that fails ends the worker")
  void hooksRunInOrder() throws Exception {
    try (var running = RunningServer.serving(Served.Hooked.class)) {
      running.awaitIn("STANDBY", 1);
      assertThat(running.log()).singleElement().asString().startsWith("setup ");
      try (RawPeer peer = running.connect()) {
        peer.call(HELLO);
        long pid = running.awaitIn("BUSY", 1).getFirst().pid();
        peer.call("[\"do\",{},\"echo\",1]");
        peer.call("[\"dn\",{}]");
        peer.shutdownOutput();
        RunningServer.awaitGone(pid);
        assertThat(running.log())
            .filteredOn(line -> line.endsWith(" " + pid))
            .containsExactly("setup " + pid, "done " + pid, "teardown " + pid);
      }
      for (String how : List.of("done-fails", "done-errs")) {
        running.tell(how);
        try (RawPeer peer = running.connect()) {
          peer.call(HELLO);
          peer.call("[\"do\",{},\"startThreads\"]");
          peer.send("[\"dn\",{}]");
          assertThat(peer.rest()).isEmpty();
        }
        running.untell(how);
      }
      running.awaitPrinted("ERR remuda: this worker ends: checkoutDone failed");
      running.awaitPrinted("so this worker ends: java.lang.AssertionError: done on purpose");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"spin", "holdErrAndSpin", "pause"})
  @DisplayName("P.6 a hung worker dumps its threads and ends, whatever it holds")
  void aHungWorkerEnds(String method) throws Exception {
    try (var running =
            RunningServer.start(
                b -> b.serve(Served.Trial.class).hungWorkerTimeout(Duration.ofMillis(300)));
        RawPeer peer = running.connect()) {
      peer.call(HELLO);
      long pid = running.awaitIn("BUSY", 1).getFirst().pid();
      peer.send("[\"do\",{},\"" + method + "\"]");
      assertThat(peer.rest()).isEmpty();
      running.awaitPrinted("ERR Killing hung worker (" + pid + ")");
      running.awaitPrinted("Served$Trial." + method);
    }
  }

  @ParameterizedTest
  @CsvSource({"spin, ''", "pause, ''", "echo, setup-spins"})
  @DisplayName("P.7 a client that goes away while its call runs ends the worker")
  void aClientThatGoesAwayEndsItsWorker(String method, String hook) throws Exception {
    try (var running = RunningServer.start(b -> b.serve(Served.Hooked.class).lazySetup())) {
      if (!hook.isEmpty()) {
        running.tell(hook);
      }
      long pid;
      long started;
      try (RawPeer peer = running.connect()) {
        peer.call(HELLO);
        pid = running.awaitIn("BUSY", 1).getFirst().pid();
        peer.send("[\"do\",{},\"" + method + "\"][\"dn\",{}]");
        assertThat(peer.hears(100) && !method.equals("echo")).isFalse();
        started = System.nanoTime();
      }
      RunningServer.awaitGone(pid);
      System.out.printf(
          "P.7 %s %s: gone after %d ms%n", method, hook, (System.nanoTime() - started) / 1_000_000);
    }
  }

  @Test
  @DisplayName("P.8 what is taken is replaced; at the maximum the next is served when one ends")
  void standbyAndMaximum() throws Exception {
    try (var running =
        RunningServer.start(b -> b.serve(Served.Trial.class).standby(0).maxWorkers(2))) {
      assertThat(running.stats().started()).isZero();
      var peers = new ArrayList<RawPeer>();
      for (int i = 0; i < 3; i++) {
        peers.add(running.connect());
        peers.get(i).send("[\"do\",{},\"pid\"]");
      }
      await()
          .atMost(RunningServer.PATIENCE)
          .until(() -> peers.stream().filter(p -> hears(p)).count() == 2);
      assertThat(running.stats().workers()).hasSize(2);
      RawPeer served = peers.stream().filter(p -> hears(p)).findFirst().orElseThrow();
      RawPeer waiting = peers.stream().filter(p -> !hears(p)).findFirst().orElseThrow();
      served.close();
      assertThat(waiting.receive()).startsWith("[\"ok\",{},");
      for (RawPeer peer : peers) {
        peer.close();
      }
    }
  }

  @Test
  @DisplayName("P.8 when several connections wait and no worker is free, several start at a time")
  void severalStartAtATime() throws Exception {
    try (var running = RunningServer.start(b -> b.serve(Served.Trial.class).standby(0))) {
      var peers = new ArrayList<RawPeer>();
      for (int i = 0; i < 3; i++) {
        peers.add(running.connect());
        peers.get(i).send("[\"do\",{},\"pid\"]");
      }
      await()
          .pollInterval(java.time.Duration.ofMillis(2))
          .atMost(RunningServer.PATIENCE)
          .until(() -> running.in("STARTING").size() >= 2);
      for (RawPeer peer : peers) {
        assertThat(peer.receive()).startsWith("[\"ok\",{},");
        peer.close();
      }
      // One more only where a ready worker was not given the processor for long.
      assertThat(running.stats().started()).isBetween(3, 4);
    }
  }

  @Test
  @DisplayName("P.8 a free worker that is stopped does not keep a connection waiting")
  void stoppedStandby() throws Exception {
    try (var running = RunningServer.start(b -> b.serve(Served.Trial.class))) {
      ServerStats.Worker stopped = running.awaitIn("STANDBY", 1).getFirst();
      assertThat(new ProcessBuilder("kill", "-STOP", "" + stopped.pid()).start().waitFor())
          .isZero();
      await()
          .atMost(RunningServer.PATIENCE)
          .until(
              () -> Files.readString(Path.of("/proc/" + stopped.pid() + "/stat")).contains(") T "));
      try (RawPeer peer = running.connect()) {
        assertThat(peer.call("[\"do\",{},\"echo\",1]")).isEqualTo("[\"ok\",{},[1]]");
      }
    }
  }

  private static boolean hears(RawPeer peer) {
    try {
      return peer.hears(1);
    } catch (java.io.IOException e) {
      return false;
    }
  }

  @Test
  @DisplayName("P.10, P.12, P.13, P.37 what a worker is given, and what it prints")
  void whatAWorkerIsGiven() throws Exception {
    try (var running =
            RunningServer.start(b ->
                b.serve(Served.Trial.class)
                    .environment("COLOUR", "λ")
                    .workingDirectory(Path.of("/tmp")));
        RawPeer peer = running.connect()) {
      peer.call(HELLO);
      long pid = running.awaitIn("BUSY", 1).getFirst().pid();
      assertThat(Files.readString(Path.of("/proc/" + pid + "/cmdline")))
          .startsWith("remuda-worker: test(1)\0-XX:+UseSerialGC\0")
          .contains("\0-Xmx64m\0");
      assertThat(peer.call("[\"do\",{},\"environment\",\"COLOUR\"]"))
          .isEqualTo("[\"ok\",{},\"λ\"]");
      assertThat(peer.call("[\"do\",{},\"directory\"]")).isEqualTo("[\"ok\",{},\"/tmp\"]");
      assertThat(peer.call("[\"do\",{},\"readInput\"]")).isEqualTo("[\"ok\",{},-1]");
      peer.call("[\"do\",{},\"print\",\"to out\",\"to err\"]");
      running.awaitPrinted("test(1) OUT to out");
      running.awaitPrinted("test(1) ERR to err");
      peer.call("[\"do\",{},\"printWithoutEnd\",1000000]");
      assertThat(Files.readString(Path.of("/proc/" + pid + "/status")))
          .contains("SigBlk:\t0000000000000000");
      String child = peer.call("[\"do\",{},\"child\"]");
      long grandchild = Long.parseLong(child.replaceAll("\\D", ""));
      assertThat(RunningServer.alive(grandchild)).isTrue();
      peer.shutdownOutput();
      WorkerExit exit = running.server.exitOf("test(1)").get(30, TimeUnit.SECONDS).orElseThrow();
      assertThat(exit.lastLines()).hasSizeLessThanOrEqualTo(200).contains("to out", "to err");
      assertThat(exit.lastLines()).allMatch(line -> line.length() <= 16 << 10);
      await()
          .atMost(RunningServer.PATIENCE)
          .until(() -> !RunningServer.alive(grandchild) || isZombie(grandchild));
    }
  }

  /** Reaped by whoever takes over orphans here, which is not ours to wait for. */
  private static boolean isZombie(long pid) throws java.io.IOException {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
    } catch (java.nio.file.NoSuchFileException gone) {
      return true;
    }
  }

  @Test
  @DisplayName("P.13 after fifty workers no descriptor is left")
  void afterFiftyWorkersNothingIsLeft() throws Exception {
    try (var running = RunningServer.start(b -> b.serve(Served.Single.class).standby(2))) {
      running.awaitIn("STANDBY", 2);
      int before = SpawnTest.descriptors(ProcessHandle.current().pid()).size();
      for (int i = 0; i < 50; i++) {
        try (RawPeer peer = running.connect()) {
          assertThat(peer.call("[\"do\",{},\"x\"]")).isEqualTo("[\"ok\",{},\"xx\"]");
        }
      }
      await()
          .atMost(RunningServer.PATIENCE)
          .until(() ->
              running.stats().workers().size() == 2
                  && running.in("STANDBY").size() == 2
                  && SpawnTest.descriptors(ProcessHandle.current().pid()).size() <= before);
    }
  }
}
