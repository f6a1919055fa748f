package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("P.12, P.16 A server whose stderr nobody reads, as in a terminal that was stopped")
class StalledOutputTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Less than a pipe holds by a few lines. */
  private static final int NEARLY_FULL = 60_000;

  @TempDir Path folder;

  private static void signal(Process server, String name) {
    Command.signal(name, server.pid());
  }

  @Test
  @DisplayName("P.16 hears SIGHUP and SIGTERM all the same")
  void signals() throws IOException, InterruptedException {
    String address = "unix:" + folder.resolve("s.sock");
    String worker = "echo ready >&4; yes \"$REMUDA_WORKER prints on and on\" & read line <&3";
    Process server =
        Command.builder("serve", "--listen", address, "--", "/bin/sh", "-c", worker).start();
    try (var out = server.inputReader()) {
      assertThat(out.readLine()).startsWith("ready: ");
      var err = server.getErrorStream(); // of which nothing is read
      await().atMost(PATIENCE).until(() -> err.available() > NEARLY_FULL);
      signal(server, "HUP");
      await()
          .atMost(PATIENCE)
          .until(
              () -> Command.workers(address).stream().noneMatch(each -> each.id().equals("sh(1)")));
      signal(server, "TERM");
      assertThat(server.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(server.exitValue()).isEqualTo(143);
      assertThat(folder).isEmptyDirectory();
    } finally {
      server.destroyForcibly();
    }
  }
}
