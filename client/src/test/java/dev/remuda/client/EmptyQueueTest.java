package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.22, P.31 A client whose queue may hold nobody")
class EmptyQueueTest extends ScriptedTest {
  @Test
  @DisplayName("P.22, P.31 without workers ahead it connects one for those to come, or is refused")
  void noneAhead() {
    TaskClient client = start(toPeer().greet().minWorkers(0).maxQueue(0, QueuePolicy.REJECT));
    assertThat(failure(client.call("x"))).isInstanceOf(QueueFullException.class);
    await().atMost(PATIENCE).until(() -> peer.connections() > 0);
  }

  @Test
  @DisplayName("P.22, P.31 it connects more than the minimum when all are busy")
  void grows() throws Exception {
    TaskClient client =
        start(toPeer().greet().minWorkers(1).maxWorkers(4).maxQueue(0, QueuePolicy.REJECT));
    ScriptedPeer.Line line = peer.accept().greet();
    awaitStats(client, new PoolStats(1, 0, 1, 0));
    client.call("long");
    line.expectCall("long");
    assertThat(failure(client.call("x"))).isInstanceOf(QueueFullException.class);
    await().atMost(PATIENCE).until(() -> peer.connections() > 1);
  }
}
