package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.WorkerExit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

@DisplayName("P.6 Workers that are stopped or frozen")
@Timeout(120)
class LifeSignsTest {
  private static final int SIGSTOP = 19;
  private static final int SIGCONT = 18;

  private static final ExecutorService THREADS = Executors.newCachedThreadPool();

  /** All at a time: each is a matter of waiting. */
  @TestFactory
  @DisplayName("P.6 a busy worker that is silent for 10 s is killed, and no other")
  List<DynamicTest> all() {
    return List.of(
        at(
            "P.6 one that is stopped in a call is killed after 10 s, and its autopsy says why",
            LifeSignsTest::stoppedInACall),
        at(
            "P.6 one that is stopped between calls is killed after 10 s, in any language",
            LifeSignsTest::stoppedBetweenCalls),
        at(
            "P.6 a watchdog that falls silent is missed, though its process is not stopped",
            LifeSignsTest::frozen),
        at(
            "P.6 a long call, an idle connection, and a worker that rests are left alone",
            LifeSignsTest::leftAlone),
        at(
            "P.6 a supervisor that was stopped itself does not hold it against its workers",
            LifeSignsTest::aSupervisorThatWasStopped),
        at(
            "P.6, P.8 one that is stopped before it is ready keeps no other from being started",
            LifeSignsTest::stoppedAtItsStart));
  }

  @AfterAll
  static void end() {
    THREADS.close();
  }

  private interface Scenario {
    void run() throws Exception;
  }

  private static DynamicTest at(String name, Scenario scenario) {
    Future<?> outcome =
        THREADS.submit(() -> {
          scenario.run();
          return null;
        });
    return DynamicTest.dynamicTest(name, outcome::get);
  }

  private static WorkerExit exit(RunningServer running) throws Exception {
    return running.server.exitOf("test(1)").get(60, TimeUnit.SECONDS).orElseThrow();
  }

  private static void stoppedInACall() throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class);
        RawPeer peer = running.connect()) {
      peer.send("[\"do\",{},\"spin\"]");
      long pid = running.awaitIn("BUSY", 1).getFirst().pid();
      awaitPulse(running);
      Linux.signal(pid, SIGSTOP);
      long stopped = System.nanoTime();
      // Both signs are missed at about the same time.
      assertThat(exit(running).reason())
          .containsAnyOf("said nothing for 10000 ms while it worked", "stopped for 10000 ms")
          .endsWith("the kernel shows it as stopped");
      long millis = (System.nanoTime() - stopped) / 1_000_000;
      System.out.printf("P.6 stopped in a call: killed after %d ms%n", millis);
      assertThat(millis).isGreaterThan(6_000); // its last word may be three seconds older
      assertThat(peer.rest()).isEmpty();
    }
  }

  private static void stoppedBetweenCalls() throws Exception {
    String worker = "echo ready >&4; echo accepted >&4; exec sleep 1000";
    try (var running = RunningServer.start(b -> b.maxWorkers(1).command("/bin/sh", "-c", worker))) {
      Linux.signal(running.awaitIn("BUSY", 1).getFirst().pid(), SIGSTOP);
      assertThat(exit(running).reason())
          .isEqualTo(
              "it has been stopped for 10000 ms while it had a connection; the kernel shows it as"
                  + " stopped");
    }
  }

  private static void frozen() throws Exception {
    String worker =
        "printf 'ready\\naccepted\\nworking\\n' >&4; sleep 5; echo working >&4; exec sleep 1000";
    try (var running = RunningServer.start(b -> b.maxWorkers(1).command("/bin/sh", "-c", worker))) {
      assertThat(exit(running).reason())
          .isEqualTo("its watchdog has said nothing for 10000 ms while it worked");
      assertThat(exit(running).age()).isGreaterThan(Duration.ofSeconds(14));
    }
  }

  private static void leftAlone() throws Exception {
    String rests = "printf 'ready\\naccepted\\nworking\\nresting\\n' >&4; exec sleep 1000";
    try (var running = RunningServer.serving(Served.Trial.class);
        var resting = RunningServer.start(b -> b.maxWorkers(1).command("/bin/sh", "-c", rests));
        RawPeer idle = running.connect();
        RawPeer busy = running.connect()) {
      assertThat(idle.call("[\"do\",{},\"echo\",1]")).isEqualTo("[\"ok\",{},[1]]");
      busy.send("[\"do\",{},\"sleep\",14000]");
      assertThat(busy.receive()).isEqualTo("[\"ok\",{},null]");
      assertThat(idle.call("[\"do\",{},\"echo\",2]")).isEqualTo("[\"ok\",{},[2]]");
      assertThat(resting.awaitIn("BUSY", 1)).hasSize(1);
      assertThat(running.stats().killed()).isZero();
    }
  }

  private static void aSupervisorThatWasStopped() throws Exception {
    Path folder = Files.createTempDirectory("remuda-test");
    try (var server = new ServerProcess(folder.resolve("s"))) {
      server.awaitState("STANDBY");
      try (RawPeer peer = server.connect()) {
        peer.send("[\"do\",{},\"sleep\",17000]");
        server.awaitState("BUSY");
        Linux.signal(server.pid(), SIGSTOP);
        await().pollDelay(Duration.ofSeconds(13)).atMost(RunningServer.PATIENCE).until(() -> true);
        Linux.signal(server.pid(), SIGCONT);
        assertThat(peer.receive()).isEqualTo("[\"ok\",{},null]");
      }
    }
    Files.delete(folder);
  }

  private static void stoppedAtItsStart() throws Exception {
    String worker =
        "test -e $TRIAL/second && exec sh -c 'echo ready >&4; exec sleep 1000';"
            + " touch $TRIAL/second; exec sleep 1000";
    try (var running =
        RunningServer.start(
            b -> b.hungWorkerTimeout(Duration.ofSeconds(8)).command("/bin/sh", "-c", worker))) {
      running.awaitIn("STANDBY", 1);
      assertThat(running.in("STARTING").getFirst().reason())
          .isEqualTo("it has not said for 10000 ms that it is ready");
      assertThat(exit(running).reason())
          .startsWith("it has not said within 8000 ms that it is ready");
    }
  }

  /** Whoever has said nothing yet cannot be missed. */
  private static void awaitPulse(RunningServer running) throws Exception {
    assertThat(running.server.dump("test(1)", RunningServer.PATIENCE).join()).isPresent();
    await().pollDelay(Duration.ofMillis(200)).until(() -> true);
  }
}
