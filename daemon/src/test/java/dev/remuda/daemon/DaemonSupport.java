package dev.remuda.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What the tests of daemons share. */
final class DaemonSupport {
  static final Duration PATIENCE = Duration.ofSeconds(40);

  private DaemonSupport() {}

  static RunnerStats runner(Daemon daemon, String name) {
    return daemon.stats().runners().stream()
        .filter(runner -> runner.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Where the first trigger of a job listens. */
  static List<InetSocketAddress> addresses(Daemon daemon, String job) {
    return addresses(List.of(runner(daemon, job).triggers().getFirst().state().split(" ", -1)));
  }

  static List<InetSocketAddress> addresses(List<String> texts) {
    return texts.stream()
        .map(text -> {
          int colon = text.lastIndexOf(':');
          String host = text.substring(0, colon).replace("[", "").replace("]", "");
          return new InetSocketAddress(host, Integer.parseInt(text.substring(colon + 1)));
        })
        .toList();
  }

  static void awaitCount(AtomicInteger counter, int least) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(counter).hasValueGreaterThanOrEqualTo(least));
  }

  static void signal(String name, long pid) throws Exception {
    var kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }

  static byte[] bytes(int length) {
    var data = new byte[length];
    Arrays.fill(data, (byte) 'x');
    return data;
  }
}
