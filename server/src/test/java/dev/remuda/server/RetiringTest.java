package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.WorkerExit;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("P.17, P.18 A worker leaves when it is asked to, and another comes first")
@Timeout(120)
class RetiringTest {
  static final String HELLO =
      "[\"hi\",{\"c\":{\"v\":1,\"caps\":[\"rt\",\"rd\"],\"name\":\"raw\"}}]";

  private static Map<?, ?> worker(RunningServer running, String id) throws Exception {
    for (Object each :
        (Iterable<?>) java.util.Objects.requireNonNull(Asked.ask(running, "\"workers\""))) {
      if (((Map<?, ?>) each).get("id").equals(id)) {
        return (Map<?, ?>) each;
      }
    }
    throw new AssertionError("no worker " + id);
  }

  @Test
  @DisplayName("P.17, P.18 a busy one asks its client to let go, serves on, and says why")
  void aBusyOne() throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class);
        RawPeer peer = running.connect()) {
      peer.call(HELLO);
      long pid = running.awaitIn("BUSY", 1).getFirst().pid();
      running.awaitIn("STANDBY", 1);
      assertThat(Asked.ask(running, "\"retire\",\"test(1)\",\"its cache is stale\"," + pid))
          .isEqualTo(true);
      assertThat(peer.receive()).isEqualTo("[\"rt\",{}]");
      assertThat(running.in("RETIRING").getFirst().reason()).isEqualTo("its cache is stale");
      Map<?, ?> shown = worker(running, "test(1)");
      assertThat(shown.get("state")).isEqualTo("RETIRING");
      assertThat(shown.get("reason")).isEqualTo("its cache is stale");
      assertThat(shown.get("toBeReplaced")).isEqualTo(false);
      assertThat(Asked.ask(running, "\"retire\",\"test(1)\"")).isEqualTo(false);
      assertThat(peer.call("[\"do\",{},\"echo\",1]")).isEqualTo("[\"ok\",{},[1]]");
      peer.shutdownOutput();
      WorkerExit exit = running.server.exitOf("test(1)").get(30, TimeUnit.SECONDS).orElseThrow();
      assertThat(exit.reason()).isNull();
      assertThat(exit.cause()).hasToString("exited with status 1");
      assertThat(running.stats().killed()).isZero();
    }
  }

  @Test
  @DisplayName("P.17 an idle one leaves once another is ready, never before")
  void anIdleOne() throws Exception {
    try (var running = RunningServer.serving(Served.Hooked.class)) {
      running.awaitIn("STANDBY", 1);
      running.tell("setup-waits");
      assertThat(running.server.retire("test(1)", "test").join()).isTrue();
      running.awaitIn("STARTING", 1);
      ServerStats.Worker old = running.in("STANDBY").getFirst();
      assertThat(old.id()).isEqualTo("test(1)");
      assertThat(old.toBeReplaced()).isTrue();
      assertThat(old.reason()).isEqualTo("test");
      running.untell("setup-waits");
      WorkerExit exit = running.server.exitOf("test(1)").get(30, TimeUnit.SECONDS).orElseThrow();
      assertThat(exit.cause()).hasToString("exited with status 0");
      assertThat(running.awaitIn("STANDBY", 1).getFirst().id()).isEqualTo("test(2)");
      assertThat(running.stats().trouble()).isEmpty();
    }
  }

  @Test
  @DisplayName("P.17 at the maximum one over it is started, so that nobody waits for a start")
  void atTheMaximum() throws Exception {
    try (var running = RunningServer.start(b -> b.serve(Served.Trial.class).maxWorkers(1));
        RawPeer peer = running.connect()) {
      peer.call(HELLO);
      running.awaitIn("BUSY", 1);
      assertThat(running.stats().workers()).hasSize(1);
      running.server.retire("test(1)", "test").join();
      assertThat(peer.receive()).isEqualTo("[\"rt\",{}]");
      assertThat(running.in("STANDBY")).hasSize(1);
      try (RawPeer next = running.connect()) {
        next.call(HELLO);
        peer.shutdownOutput();
        assertThat(running.server.exitOf("test(1)").get(30, TimeUnit.SECONDS)).isPresent();
        assertThat(running.stats().started()).isEqualTo(2);
      }
    }
  }

  @Test
  @DisplayName("P.17 one that was taken while it was told to leave serves to the end")
  void takenMeanwhile() throws Exception {
    String takes = "echo ready >&4; read line <&3; echo accepted >&4; read more <&3";
    try (var running = RunningServer.start(b -> b.command("/bin/sh", "-c", takes))) {
      running.awaitIn("STANDBY", 1);
      running.server.retire("test(1)", "test").join();
      await()
          .atMost(RunningServer.PATIENCE)
          .until(() -> running.in("RETIRING").stream().anyMatch(w -> w.checkouts() == 1));
      await()
          .during(java.time.Duration.ofSeconds(6))
          .atMost(RunningServer.PATIENCE)
          .until(() -> running.in("RETIRING").size() == 1);
    }
  }

  @Test
  @DisplayName("P.17 an idle one that ignores it is killed five seconds later, and says why")
  void ignored() throws Exception {
    try (var running =
        RunningServer.start(b -> b.command("/bin/sh", "-c", "echo ready >&4; exec sleep 1000"))) {
      running.awaitIn("STANDBY", 1);
      running.server.retire("test(1)", "test").join();
      WorkerExit exit = running.server.exitOf("test(1)").get(30, TimeUnit.SECONDS).orElseThrow();
      assertThat(exit.reason()).isEqualTo("it did not leave within 5000 ms: test");
      assertThat(running.in("STANDBY")).hasSize(1);
    }
  }

  @Test
  @DisplayName("P.17 of what is not there or is dead, nothing is retired")
  void nothing() throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class)) {
      running.awaitIn("STANDBY", 1);
      assertThat(running.server.retire("test(9)", "test").join()).isFalse();
      running.server.kill("test(1)", "test");
      running.server.exitOf("test(1)").get(30, TimeUnit.SECONDS);
      assertThat(Asked.ask(running, "\"retire\",\"test(1)\"")).isEqualTo(false);
    }
  }
}
