package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.protocol.Address;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@DisplayName("P.33 A client that is closed while it looks up a name leaves no connection open")
class ClosedWhileConnectingTest {
  private static final int LONG_ENOUGH_MILLIS = 300;
  private static final int LOOKUPS = 40;

  private static final class Nobody implements Line.Owner {
    @Override
    public void opened(Line line) {}

    @Override
    public void refused(String reason) {}

    @Override
    public void rejected(String reason) {}

    @Override
    public void received(ByteBuffer bytes) {}

    @Override
    public void ended(boolean reset) {}
  }

  @Test
  @DisplayName("P.33 what was looked up when the loop had begun to end is not connected to")
  void lookedUpTooLate() throws Exception {
    var resolved = new CountDownLatch(LOOKUPS);
    var busy = new CountDownLatch(1);
    var shutDown = new CountDownLatch(1);
    try (var server = new ServerSocket(0, LOOKUPS, InetAddress.getLoopbackAddress())) {
      var loop =
          new NettyLoop(
              null,
              host -> {
                resolved.countDown();
                return new InetAddress[] {InetAddress.getLoopbackAddress()};
              });
      loop.execute(() -> {
        busy.countDown();
        try {
          shutDown.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      });
      busy.await();
      for (int i = 0; i < LOOKUPS; i++) {
        loop.connect(new Address.Tcp("server.example", server.getLocalPort()), new Nobody());
      }
      resolved.await(); // by all; of most of them the loop has been told
      loop.shutdown();
      shutDown.countDown();
      loop.awaitEnd(30);
      assertThat(isLeftOpen(server)).isFalse();
    }
  }

  private static boolean isLeftOpen(ServerSocket server) throws Exception {
    server.setSoTimeout(LONG_ENOUGH_MILLIS);
    try (Socket connection = server.accept()) {
      connection.setSoTimeout(LONG_ENOUGH_MILLIS);
      return connection.getInputStream().read() >= 0;
    } catch (SocketTimeoutException e) {
      return e.getMessage().contains("Read");
    }
  }
}
