package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.21 A server whose workers greet and then die at once")
class HotReconnectTest extends ScriptedTest {
  @Test
  @DisplayName("P.21 it is not connected to hundreds of times a second")
  void backsOff() throws Exception {
    start(toPeer().greet().minWorkers(1));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    while (System.nanoTime() < end && peer.connections() < 100) {
      try {
        peer.accept().greet().close();
      } catch (IOException gone) {
        // The client was faster.
      }
    }
    assertThat(peer.connections()).isLessThan(15);
  }
}
