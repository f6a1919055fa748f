package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("P.9, P.13 What is left of a training whose server was killed")
@Timeout(120)
class LeftoversTest {
  private static final String DEAD = "0123456789abcdef0123456789abcdef";
  private static final String ALIVE = "fedcba9876543210fedcba9876543210";

  @TempDir Path folder;
  private Path caches;

  @BeforeEach
  void caches() throws IOException {
    caches = Files.createDirectory(folder.resolve("caches"));
    Files.setPosixFilePermissions(caches, PosixFilePermissions.fromString("rwx------"));
  }

  /** Has the lock of what it makes there, until it is killed. */
  private static Process owner(Path made) throws IOException {
    Process process =
        new ProcessBuilder(ChildJvm.command(ProbeLockHolder.class, made.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(process.inputReader().readLine()).startsWith("locked ");
    return process;
  }

  private List<Path> training(String name) throws IOException {
    return List.of(
        Files.createFile(caches.resolve(name + ".draft")),
        Files.createFile(caches.resolve(name + ".draft.config")));
  }

  @Test
  @DisplayName("P.9, P.13 goes at the next start of any server; that of a living one stays")
  void goesAtTheNextStart() throws Exception {
    Path socket = Files.createTempDirectory("remuda-train-").resolve("s");
    List<Path> dead = training(DEAD);
    List<Path> made = training(ALIVE);
    Process cacheOwner = owner(caches.resolve(DEAD + ".aot"));
    Process socketOwner = owner(socket);
    Linux.close(Linux.unixListener(socket, 0600, 1));
    cacheOwner.destroyForcibly().waitFor();
    socketOwner.destroyForcibly().waitFor();
    Process alive = owner(caches.resolve(ALIVE + ".aot"));
    try (TaskServer server =
        TaskServer.builder()
            .listen("unix:" + folder.resolve("s"))
            .command("/bin/false")
            .standby(0)
            .aotCache(AotCache.in(caches))
            .start()) {
      await().atMost(RunningServer.PATIENCE).until(() -> Files.notExists(socket.getParent()));
      await().atMost(RunningServer.PATIENCE).until(() -> dead.stream().noneMatch(Files::exists));
      await()
          .atMost(RunningServer.PATIENCE)
          .until(() -> Files.notExists(caches.resolve(DEAD + ".aot.lock")));
      assertThat(made).allMatch(Files::exists);
      assertThat(caches.resolve(ALIVE + ".aot.lock")).exists();
      assertThat(server.ended()).isNotDone();
    } finally {
      alive.destroyForcibly().waitFor();
    }
  }
}
