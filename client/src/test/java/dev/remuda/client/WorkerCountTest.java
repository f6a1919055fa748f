package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.22 How many workers are connected, and who is taken")
class WorkerCountTest extends ScriptedTest {

  @Test
  @DisplayName("P.22 the minimum is connected ahead, without any call")
  void connectsAhead() throws Exception {
    TaskClient client = start(toPeer().greet().minWorkers(2).maxWorkers(5));
    peer.accept().greet();
    peer.accept().greet();
    awaitStats(client, new PoolStats(2, 0, 2, 0));
  }

  @Test
  @DisplayName("P.22 one more only while none is idle or connecting, up to the maximum")
  void oneMore() throws Exception {
    TaskClient client = start(toPeer().greet().maxWorkers(3));
    List<CompletableFuture<Object>> calls = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      calls.add(client.call("x"));
    }
    List<ScriptedPeer.Line> lines = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      ScriptedPeer.Line line = peer.accept();
      assertThat(client.stats()).isEqualTo(new PoolStats(i + 1, i, 0, 5 - i));
      assertThat(peer.untaken()).isZero();
      line.greet().expectCall("x");
      lines.add(line);
    }
    awaitStats(client, new PoolStats(3, 3, 0, 2));
    assertThat(peer.connections()).isEqualTo(3);
    lines.get(1).answer("1").expect("[\"dn\",{}]").expectCall("x").answer("2");
    lines.get(1).expect("[\"dn\",{}]").expectCall("x").answer("3");
    lines.get(0).answer("4");
    lines.get(2).answer("5");
    for (CompletableFuture<Object> call : calls) {
      result(call);
    }
    assertThat(peer.connections()).isEqualTo(3);
  }

  @Test
  @DisplayName("P.22 the worker released last is taken first")
  void lastInFirstOut() throws Exception {
    TaskClient client = start(toPeer().greet().minWorkers(3).maxWorkers(3));
    List<ScriptedPeer.Line> lines = new ArrayList<>();
    List<Checkout<Object>> checkouts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      lines.add(peer.accept());
    }
    for (int i = 0; i < 3; i++) {
      lines.get(i).greet();
      int idle = i + 1;
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(client.stats().idle()).isEqualTo(idle));
    }
    for (int i = 0; i < 3; i++) {
      checkouts.add(client.checkout());
      var call = checkouts.get(i).call("c" + i);
      lines.get(2 - i).expectCall("c" + i).answer("0");
      result(call);
    }
    for (int i : List.of(0, 2, 1)) {
      checkouts.get(i).close();
      lines.get(2 - i).expect("[\"dn\",{}]");
    }
    for (int i = 0; i < 5; i++) {
      var call = client.call("hot");
      lines.get(1).expectCall("hot").answer("1").expect("[\"dn\",{}]");
      result(call);
    }
  }

  @Test
  @DisplayName("P.22 idle workers beyond the minimum are given back, the minimum is kept")
  void idleOnesAreGivenBack() throws Exception {
    TaskClient client =
        start(toPeer().greet().minWorkers(1).maxWorkers(3).idleTimeout(Duration.ofSeconds(1)));
    List<ScriptedPeer.Line> lines = new ArrayList<>();
    List<CompletableFuture<Object>> calls = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      calls.add(client.call("x"));
    }
    for (int i = 0; i < 3; i++) {
      lines.add(peer.accept().greet().expectCall("x"));
    }
    for (int i = 0; i < 3; i++) {
      lines.get(i).answer("1").expect("[\"dn\",{}]");
      result(calls.get(i));
    }
    lines.get(0).expectEnd();
    lines.get(1).expectEnd();
    awaitStats(client, new PoolStats(1, 0, 1, 0));
    await()
        .during(Duration.ofMillis(1_500))
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(client.stats().total()).isEqualTo(1));
    var last = client.call("y");
    lines.get(2).expectCall("y").answer("1");
    result(last);
    assertThat(peer.connections()).isEqualTo(3);
  }
}
