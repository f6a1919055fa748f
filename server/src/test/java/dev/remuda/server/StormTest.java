package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("hears what all servers log")
@DisplayName("P.8, P.16, P.17, P.18 What is asked or said far too often")
@Timeout(120)
class StormTest {
  /** Of those that start at a time. */
  private static final int MOST = 2 * Runtime.getRuntime().availableProcessors();

  private static RunningServer shell(String script, UnaryOperator<TaskServer.Builder> settings)
      throws IOException {
    return RunningServer.start(b -> settings.apply(b.command("/bin/sh", "-c", script)));
  }

  private static void awaitAge(RunningServer running, Duration age) {
    await()
        .atMost(RunningServer.PATIENCE)
        .until(() ->
            running.stats().workers().stream().anyMatch(w -> w.ageMillis() >= age.toMillis()));
  }

  @Test
  @DisplayName("P.16 a storm of reloads while workers start does not start one more for each")
  void reloads() throws Exception {
    try (var running = shell("exec sleep 1000", b -> b)) {
      running.awaitIn("STARTING", 1);
      for (int i = 0; i < 50; i++) {
        running.server.reload();
      }
      assertThat(running.stats().workers()).hasSizeLessThanOrEqualTo(MOST);
    }
  }

  @Test
  @DisplayName("P.16, P.18 the same with workers that are retired one by one before they are ready")
  void retirements() throws Exception {
    try (var running = shell("exec sleep 1000", b -> b)) {
      running.awaitIn("STARTING", 1);
      for (int i = 1; i <= 50; i++) {
        running.server.retire("test(" + i + ")", "test").join();
      }
      assertThat(running.stats().workers()).hasSizeLessThanOrEqualTo(MOST);
    }
  }

  @Test
  @DisplayName("P.17 an age that is over before a worker is ready starts no other beside it")
  void ageUnderTheStart() throws Exception {
    try (var running = shell("exec sleep 1000", b -> b.maxAge(Duration.ofMillis(10)))) {
      awaitAge(running, Duration.ofMillis(500));
      assertThat(running.stats().started()).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("P.11 one that asks to be replaced before it is ready has said nothing")
  void replaceBeforeReady() throws Exception {
    try (var log = new LogLines();
        var running = shell("echo replace me >&4; exec sleep 1000", b -> b)) {
      await()
          .atMost(RunningServer.PATIENCE)
          .until(() -> !log.containing("'replace me' while STARTING").isEmpty());
      assertThat(running.stats().started()).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("P.8, P.11 each asks to be replaced as soon as it is ready: with growing pauses")
  void replaceAtOnce() throws Exception {
    long began = System.nanoTime();
    try (var log = new LogLines();
        var running =
            shell(
                "echo ready >&4; echo replace me too >&4; while read l <&3; do :; done", b -> b)) {
      await().atMost(RunningServer.PATIENCE).until(() -> running.stats().started() >= 6);
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .as("pauses of 100, 200, 400, 800 and 1,600 ms, a quarter more or less")
          .isGreaterThan(Duration.ofMillis(3_100 * 3 / 4));
      assertThat(log.containing("test(1) asked to be replaced before anybody had it: me too for "))
          .hasSize(1);
    }
  }

  @Test
  @DisplayName("P.11 one that writes lines without end to its control channel fills no log")
  void nonsense() throws Exception {
    try (var log = new LogLines();
        var running = shell("echo ready >&4; exec yes foo >&4", b -> b)) {
      long began = System.nanoTime();
      awaitAge(running, Duration.ofSeconds(3));
      Asked.ask(running, "\"status\"");
      long seconds = (System.nanoTime() - began) / 1_000_000_000;
      assertThat(log.containing("says 'foo' while STANDBY")).isNotEmpty();
      assertThat(log.containing("foo").size()).isLessThanOrEqualTo((int) seconds + 2);
    }
  }

  @Test
  @DisplayName("P.18 a grace that is longer than a year is refused, and changes nothing")
  void grace() throws Exception {
    try (var running = shell("echo ready >&4; read line <&3", b -> b);
        RawPeer peer = running.ask()) {
      assertThat(peer.call("[\"do\",{},\"drain\"," + Long.MAX_VALUE + "]"))
          .startsWith("[\"er\",{},\"drain takes milliseconds");
      assertThat(running.stats().draining()).isFalse();
    }
  }
}
