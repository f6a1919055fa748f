package dev.remuda.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.server.TaskServer;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that does not wait for its reply is nothing to complain of. */
class DepartedClientTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Test
  @DisplayName("P.7 a worker whose client left before the reply ends without a word")
  void endsWithoutAWord(@TempDir Path folder) throws Exception {
    Path socket = folder.resolve("echo.sock");
    Queue<String> printed = new ConcurrentLinkedQueue<>();
    try (TaskServer server =
        TaskServer.builder()
            .listen("unix:" + socket)
            .serve(Echo.class)
            .maxWorkers(1)
            .output((worker, stream, line) -> printed.add(line))
            .start()) {
      for (int i = 0; i < 3; i++) {
        try (SocketChannel raw = SocketChannel.open(StandardProtocolFamily.UNIX)) {
          raw.connect(UnixDomainSocketAddress.of(socket));
          raw.write(ByteBuffer.wrap("[\"do\",{},\"sleep\",20]".getBytes(UTF_8)));
        }
      }
      await().atMost(PATIENCE).until(() -> server.stats().join().started() > 3);
    }
    assertThat(printed).isEmpty();
  }
}
