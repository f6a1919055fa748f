package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.WorkerExit;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("P.17 Rules by which workers are replaced")
@Timeout(120)
class RetireRulesTest {
  private static final String RETIRE = "[\"rt\",{}]";
  private static final String CALL = "[\"do\",{},\"noted\"]";
  private static final String DONE = "[\"dn\",{}]";

  @TempDir Path folder;

  private static WorkerExit exit(RunningServer running, String id) throws Exception {
    return running.server.exitOf(id).get(30, TimeUnit.SECONDS).orElseThrow();
  }

  private static String reasonOfRetiring(RunningServer running) {
    return running.awaitIn("RETIRING", 1).getFirst().reason();
  }

  @Test
  @DisplayName("P.17 after so many checkouts, of which one without a call is none")
  void checkouts() throws Exception {
    try (var running = RunningServer.start(b -> b.serve(ServedExtensions.class).maxCheckouts(3));
        RawPeer peer = running.connect()) {
      peer.call(RetiringTest.HELLO);
      running.awaitIn("BUSY", 1);
      running.awaitIn("STANDBY", 1);
      for (int i = 0; i < 2; i++) {
        assertThat(peer.call(CALL)).startsWith("[\"ok\",");
        assertThat(peer.call(CALL)).startsWith("[\"ok\",");
        peer.send(DONE + DONE);
      }
      assertThat(peer.hears(200)).isFalse();
      assertThat(peer.call(CALL)).startsWith("[\"ok\",");
      peer.send(DONE);
      assertThat(peer.receive()).isEqualTo(RETIRE);
      assertThat(reasonOfRetiring(running)).isEqualTo("it has served 3 checkouts");
      assertThat(running.in("STANDBY")).hasSize(1);
      assertThat(peer.call(CALL)).startsWith("[\"ok\",");
    }
  }

  @Test
  @DisplayName("P.17 by age, idle ones and busy ones, each after its replacement is ready")
  void age() throws Exception {
    try (var running =
            RunningServer.start(
                b -> b.serve(ServedExtensions.class).maxAge(Duration.ofSeconds(3)));
        RawPeer peer = running.connect()) {
      peer.call(RetiringTest.HELLO);
      running.awaitIn("BUSY", 1);
      assertThat(peer.receive()).isEqualTo(RETIRE);
      ServerStats.Worker old = running.awaitIn("RETIRING", 1).getFirst();
      assertThat(old.reason()).matches("it is \\d{4} ms old");
      assertThat(old.ageMillis()).isBetween(2_700L, 10_000L);
      peer.shutdownOutput();
      await()
          .pollInterval(Duration.ofMillis(2))
          .atMost(RunningServer.PATIENCE)
          .until(() -> {
            assertThat(running.in("STANDBY").size()).isPositive(); // at every moment
            return running.stats().started() >= 4;
          });
      assertThat(exit(running, "test(2)").age()).isGreaterThan(Duration.ofMillis(2_700));
      assertThat(running.stats().killed()).isZero();
    }
  }

  @Test
  @DisplayName("P.17 by idle time: a connection without a checkout, and no other")
  void idle() throws Exception {
    try (var running =
            RunningServer.start(
                b -> b.serve(ServedExtensions.class).maxIdle(Duration.ofMillis(400)).standby(3));
        RawPeer idle = running.connect();
        RawPeer inCheckout = running.connect();
        RawPeer cannot = running.connect()) {
      idle.call(RetiringTest.HELLO);
      inCheckout.call(RetiringTest.HELLO);
      inCheckout.call(CALL);
      cannot.call(CALL);
      cannot.send(DONE);
      idle.call(CALL);
      long released = System.nanoTime();
      idle.send(DONE);
      assertThat(idle.receive()).isEqualTo(RETIRE);
      assertThat(System.nanoTime() - released).isGreaterThan(390_000_000L);
      assertThat(reasonOfRetiring(running)).matches("its client has not used it for \\d+ ms");
      assertThat(inCheckout.hears(500)).isFalse();
      assertThat(cannot.hears(1)).isFalse();
      inCheckout.send(DONE);
      assertThat(inCheckout.receive()).isEqualTo(RETIRE);
      running.awaitIn("STANDBY", 3);
    }
  }

  @Test
  @DisplayName("P.17 by resident memory: a soft limit replaces, a hard one kills and says so")
  void memory() throws Exception {
    long mib = 1 << 20;
    try (var running =
            RunningServer.start(b ->
                b.serve(ServedExtensions.class)
                    .softMemoryLimit(150 * mib)
                    .hardMemoryLimit(450 * mib)
                    .jvmArguments("-Xmx600m"));
        RawPeer peer = running.connect()) {
      peer.call(RetiringTest.HELLO);
      running.awaitIn("BUSY", 1);
      peer.send("[\"do\",{},\"hold\",120]");
      assertThat(List.of(peer.receive(), peer.receive()))
          .containsExactlyInAnyOrder("[\"ok\",{},null]", RETIRE);
      assertThat(reasonOfRetiring(running))
          .matches("(1|2)\\d\\d MiB of it are resident, over the soft limit of 150 MiB");
      peer.send("[\"do\",{},\"hold\",350]");
      WorkerExit exit = exit(running, "test(1)");
      assertThat(exit.reason())
          .matches("[4-9]\\d\\d MiB of it are resident, over the hard limit of 450 MiB");
      assertThat(running.stats().killed()).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("P.17 rules that cannot be are named, those that are on are shown")
  void settings() throws Exception {
    assertThatThrownBy(() ->
            TaskServer.builder()
                .listen("unix:" + folder.resolve("s"))
                .command("true")
                .maxCheckouts(-1)
                .maxAge(Duration.ofNanos(1))
                .maxIdle(Duration.ofDays(-1))
                .softMemoryLimit(2)
                .hardMemoryLimit(1)
                .start())
        .hasMessageContainingAll(
            "not -1",
            "maxAge is 10 ms to 365 days, or zero for no limit, not PT0.000000001S",
            "maxIdle is",
            "the soft memory limit of 2 is not under the hard one of 1",
            "a command counts for itself");
    try (var running = RunningServer.start(b -> b.serve(Served.Trial.class).maxCheckouts(7))) {
      assertThat(running.server.settings())
          .containsEntry("maxCheckouts", "7")
          .doesNotContainKeys("maxAge", "maxIdle", "softMemoryLimit", "hardMemoryLimit");
    }
  }
}
