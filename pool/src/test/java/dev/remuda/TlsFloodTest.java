package dev.remuda;

import static dev.remuda.PoolSupport.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.client.TaskClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("P.51 Those who connect to a tls: address and say little")
@Timeout(180)
class TlsFloodTest {
  @TempDir static Path folder;
  private static TlsHost host;

  @BeforeAll
  static void start() throws Exception {
    host = new TlsHost(folder, builder -> builder.standby(1).maxWorkers(3));
  }

  @AfterAll
  static void close() {
    host.close();
  }

  private static Socket socket() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), host.address().port());
  }

  @Test
  @DisplayName(
      "P.51 1,000 connections that say nothing, and one that stops in its handshake: few are kept,"
          + " none for over 5 s, calls go on, no worker is lost")
  void thousandSilent() throws Exception {
    TaskClient client = host.connect();
    assertThat(result(client.call("echo", "before"))).isEqualTo("before");
    int workers = host.server.stats().join().started();
    var silent = new ArrayList<Socket>();
    try {
      for (int i = 0; i < 1_000; i++) {
        silent.add(socket());
        if (i % 100 == 0) {
          assertThat(result(client.call("echo", "x" + i))).isEqualTo("x" + i);
          assertThat(host.gateway().handshakes()).isLessThanOrEqualTo(256);
        }
      }
      TaskClient another = host.connect();
      assertThat(result(another.call("echo", "in between"))).isEqualTo("in between");
      assertThat(host.gateway().refused()).isPositive();
      assertThat(host.server.stats().join().started()).isLessThanOrEqualTo(workers + 2);
      try (Socket slow = socket()) {
        slow.getOutputStream().write(new byte[] {22, 3, 1, 2});
        assertThat(end(slow)).as("a handshake that has begun and does not go on").isTrue();
      }
      host.awaitRefusal("its handshake took over 5000 ms");
      await().atMost(TlsHost.PATIENCE).until(() -> host.gateway().handshakes() == 0);
      assertThat(host.gateway().refused()).isGreaterThanOrEqualTo(1_000);
    } finally {
      for (Socket each : silent) {
        each.close();
      }
    }
    assertThat(result(client.call("echo", "after"))).isEqualTo("after");
  }

  private static boolean end(Socket socket) {
    try {
      socket.setSoTimeout((int) TlsHost.PATIENCE.toMillis());
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }
}
