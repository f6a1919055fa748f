package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

@DisplayName("P.13 Workers that come and go leave nothing")
@Isolated("counts this JVM's children")
class RecyclingTest {
  private static final String WORKER = "sleep 1000 & echo ready >&4; read line <&3";

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  @DisplayName("P.13 after 300 workers no descriptor, thread, zombie or grandchild is left")
  void threeHundred() throws Exception {
    recycle(300);
  }

  @Test
  @Tag("long")
  @Timeout(value = 600, unit = TimeUnit.SECONDS)
  @DisplayName("P.13 after 10,000 workers no descriptor, thread, zombie or grandchild is left")
  void tenThousand() throws Exception {
    recycle(10_000);
  }

  @Test
  @Timeout(value = 180, unit = TimeUnit.SECONDS)
  @DisplayName("P.13, P.17 after 300 workers that rules replaced nothing is left either")
  void threeHundredByRules() throws Exception {
    recycleByRules(300);
  }

  @Test
  @Tag("long")
  @Timeout(value = 1_200, unit = TimeUnit.SECONDS)
  @DisplayName("P.13, P.17 after 10,000 workers that rules replaced nothing is left either")
  void tenThousandByRules() throws Exception {
    recycleByRules(10_000);
  }

  /** Idle ones are replaced for their age; half of them are taken, and their clients idle. */
  private static void recycleByRules(int workers) throws Exception {
    String script =
        "sleep 1000 & echo ready >&4; test $(($$ % 2)) = 0 && echo accepted >&4;"
            + " while read line <&3; do case $line in"
            + " retire) exit 0;; 'idle?') echo idle 60000 >&4;; esac; done";
    long self = ProcessHandle.current().pid();
    try (var running =
        RunningServer.start(b ->
            b.command("/bin/sh", "-c", script)
                .standby(3)
                .maxWorkers(12)
                .maxAge(Duration.ofMillis(40))
                .maxIdle(Duration.ofMillis(20)))) {
      awaitStarted(running, 30);
      int descriptors = SpawnTest.descriptors(self).size();
      int threads = threads(self);
      long resident = residentKib(self);
      awaitStarted(running, 30 + workers);
      int after = SpawnTest.descriptors(self).size();
      long grown = residentKib(self) - resident;
      System.out.printf(
          "P.13, P.17 %d workers by rules: descriptors %d -> %d, threads %d -> %d, resident %+d"
              + " KiB, killed %d%n",
          workers, descriptors, after, threads, threads(self), grown, running.stats().killed());
      // At either moment up to twelve workers live, each with five descriptors.
      assertThat(after).isLessThanOrEqualTo(descriptors + 12 * 5);
      assertThat(threads(self)).isLessThanOrEqualTo(threads + 2);
      assertThat(grown).isLessThan(100 << 10);
      assertThat(running.stats().killed()).isZero();
    }
    assertThat(zombiesOf(self)).isZero();
    await().atMost(RunningServer.PATIENCE).until(() -> sleepers() == 0);
  }

  private static void awaitStarted(RunningServer running, int count) {
    await()
        .atMost(Duration.ofMinutes(15))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> running.stats().started() >= count);
  }

  private static long residentKib(long pid) throws IOException {
    System.gc();
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return 0;
  }

  private static void recycle(int workers) throws Exception {
    long self = ProcessHandle.current().pid();
    try (var running = RunningServer.start(b -> b.command("/bin/sh", "-c", WORKER).standby(3))) {
      kill(running, 10); // what is loaded or opened once only is by now
      int descriptors = SpawnTest.descriptors(self).size();
      int threads = threads(self);
      kill(running, workers);
      assertThat(running.stats().workers()).hasSize(3);
      assertThat(SpawnTest.descriptors(self)).hasSizeLessThanOrEqualTo(descriptors);
      assertThat(threads(self)).isLessThanOrEqualTo(threads + 2); // the JVM's own come and go
      assertThat(zombiesOf(self)).isZero();
    }
    await().atMost(RunningServer.PATIENCE).until(() -> sleepers() == 0);
  }

  /** Each one is killed as soon as it is ready; who follows it is one more. */
  private static void kill(RunningServer running, int count) {
    int until = running.stats().started() + count;
    while (running.stats().started() < until) {
      for (ServerStats.Worker worker : running.in("STANDBY")) {
        running.server.kill(worker.id(), "recycled by a test");
      }
    }
    running.awaitIn("STANDBY", 3);
  }

  private static int threads(long pid) throws IOException {
    try (var tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return (int) tasks.count();
    }
  }

  private static int zombiesOf(long parent) throws IOException {
    return count(stat -> stat.contains(") Z " + parent + " "));
  }

  private static int sleepers() throws IOException {
    int found = 0;
    try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        found += read(process.resolve("cmdline")).equals("sleep\0001000\0") ? 1 : 0;
      }
    }
    return found;
  }

  private static int count(java.util.function.Predicate<String> wanted) throws IOException {
    int found = 0;
    try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        found += wanted.test(read(process.resolve("stat"))) ? 1 : 0;
      }
    }
    return found;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      return ""; // it ended while it was read
    }
  }
}
