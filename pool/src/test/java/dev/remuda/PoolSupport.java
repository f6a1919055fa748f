package dev.remuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.remuda.server.ServerStats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** What the tests of the pool share. */
final class PoolSupport {
  static final Duration PATIENCE = Duration.ofSeconds(40);

  private PoolSupport() {}

  static Throwable failure(CompletableFuture<?> future) {
    Throwable thrown = catchThrowable(() -> future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
    return thrown instanceof ExecutionException ? thrown.getCause() : thrown;
  }

  static <T> T result(CompletableFuture<T> future) throws Exception {
    return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  static ServerStats workers(Pool<?> pool) {
    return pool.workers().join();
  }

  static void signal(String name, long pid) throws Exception {
    var kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }

  static void awaitGone(List<Long> pids) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(pids).noneMatch(pid -> Files.exists(Path.of("/proc/" + pid))));
  }

  static void awaitIdle(Pool<?> pool, int count) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(pool.stats().idle()).isEqualTo(count));
  }

  static List<Path> poolFolders() throws IOException {
    try (var all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return all.filter(p -> p.getFileName().toString().startsWith("remuda-pool-")).toList();
    }
  }

  /** True once no thread of a process runs; false where one has just ended. */
  static boolean isStopped(long pid) throws IOException {
    try (var threads = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : threads) {
        if (!Files.readString(thread.resolve("stat")).contains(") T ")) {
          return false;
        }
      }
      return true;
    } catch (NoSuchFileException e) {
      return false; // a thread has just ended
    }
  }
}
