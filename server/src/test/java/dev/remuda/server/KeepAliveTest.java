package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.Address;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("P.7 P.35 A client whose host has vanished holds no worker for ever")
@Timeout(60)
class KeepAliveTest {
  /** /proc/net/tcp: a keep-alive timer is the next to fire. */
  private static final String KEEP_ALIVE = "02";

  /** In hundredths of a second, hexadecimal: 15 s. */
  private static final long IDLE = 1_500;

  @Test
  @DisplayName("P.7 the kernel asks after 15 s whether the client is there, whatever the worker is")
  void asks() throws Exception {
    String script = "echo ready >&4; echo accepted >&4; exec sleep 1000";
    try (var running =
        RunningServer.start(b -> b.listen("tcp:127.0.0.1:0").command("/bin/sh", "-c", script))) {
      var tcp = (Address.Tcp) running.server.addresses().getLast();
      try (var peer = RawPeer.connect(tcp)) {
        assertThat(peer).isNotNull();
        String timer =
            await()
                .atMost(RunningServer.PATIENCE)
                .until(() -> timer(tcp.port()), found -> !found.isEmpty());
        assertThat(timer).startsWith(KEEP_ALIVE + ":");
        assertThat(Long.parseLong(timer.substring(3), 16)).isLessThanOrEqualTo(IDLE);
      }
    }
  }

  /** Of a connection to that port which is established, also of one that nobody accepted yet. */
  private static String timer(int port) throws Exception {
    String local = ":%04X".formatted(port);
    return Files.readAllLines(Path.of("/proc/net/tcp")).stream()
        .map(line -> line.strip().split(" +"))
        .filter(words -> words.length > 5 && words[1].endsWith(local) && words[3].equals("01"))
        .map(words -> words[5])
        .findFirst()
        .orElse("");
  }
}
