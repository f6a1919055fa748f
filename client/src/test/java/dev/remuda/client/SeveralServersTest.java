package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.Address;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.35 One client, several servers")
class SeveralServersTest extends ScriptedTest {
  private ScriptedPeer other;

  @BeforeEach
  void listenTwice() throws Exception {
    other = listening(ScriptedPeer.unix(folder.resolve("t")));
  }

  private TaskClient.Builder toBoth() {
    return toPeer().connect(peer.address(), other.address()).greet().maxWorkers(4);
  }

  @Test
  @DisplayName("P.35 connections are spread evenly over those that can be reached")
  void spread() throws Exception {
    TaskClient client = start(toBoth().minWorkers(4));
    for (ScriptedPeer each : List.of(peer, other)) {
      each.accept().greet();
      each.accept().greet();
    }
    awaitStats(client, new PoolStats(4, 0, 4, 0));
    assertThat(peer.connections()).isEqualTo(2);
    assertThat(other.connections()).isEqualTo(2);
  }

  @Test
  @DisplayName(
      "P.35 a worker is taken from the server that is least busy, not the one released last")
  void leastBusy() throws Exception {
    TaskClient client = start(toBoth().minWorkers(4));
    List<ScriptedPeer.Line> here = List.of(peer.accept().greet(), peer.accept().greet());
    List<ScriptedPeer.Line> there = List.of(other.accept().greet(), other.accept().greet());
    awaitStats(client, new PoolStats(4, 0, 4, 0));
    var taken = new ArrayList<CompletableFuture<Object>>();
    for (int i = 0; i < 2; i++) {
      taken.add(client.call("x"));
    }
    client.stats();
    client.stats();
    assertThat(busy(here)).isEqualTo(1);
    assertThat(busy(there)).isEqualTo(1);
    taken.add(client.call("x"));
    taken.add(client.call("x"));
    for (List<ScriptedPeer.Line> lines : List.of(here, there)) {
      for (ScriptedPeer.Line line : lines) {
        line.expectCall("x").answer("1");
      }
    }
    for (CompletableFuture<Object> call : taken) {
      assertThat(result(call)).isEqualTo(1L);
    }
  }

  private static long busy(List<ScriptedPeer.Line> lines) throws Exception {
    long busy = 0;
    for (ScriptedPeer.Line line : lines) {
      busy += line.hasUnread() ? 1 : 0;
    }
    return busy;
  }

  @Test
  @DisplayName("P.35 one that is down costs no call: the other serves at once")
  void oneDown() throws Exception {
    peer.close();
    TaskClient client = start(toBoth());
    var calls = new ArrayList<CompletableFuture<Object>>();
    for (int i = 0; i < 3; i++) {
      calls.add(client.call("x"));
    }
    var lines = new ArrayList<ScriptedPeer.Line>();
    for (int i = 0; i < 3; i++) {
      lines.add(other.accept().greet().expectCall("x"));
    }
    for (ScriptedPeer.Line line : lines) {
      line.answer("1");
    }
    for (CompletableFuture<Object> call : calls) {
      assertThat(result(call)).isEqualTo(1L);
    }
    assertThat(client.counters().connectFailures()).isGreaterThanOrEqualTo(1);
    assertThat(client.connectFailure().get()).isPresent();
  }

  @Test
  @DisplayName("P.35 one that is down is tried again, and taken back when it is up")
  void takenBack() throws Exception {
    peer.close();
    TaskClient client = start(toBoth().maxWorkers(2));
    var first = client.call("first");
    ScriptedPeer.Line line = other.accept().greet().expectCall("first");
    ScriptedPeer up = listening(ScriptedPeer.unix(folder.resolve("s")));
    long begun = System.nanoTime();
    await().atMost(PATIENCE).until(() -> System.nanoTime() - begun > 400_000_000);
    var second = client.call("second");
    up.accept().greet().expectCall("second").answer("2");
    assertThat(result(second)).isEqualTo(2L);
    line.answer("1");
    assertThat(result(first)).isEqualTo(1L);
    assertThat(other.connections()).isEqualTo(1);
    awaitStats(client, new PoolStats(2, 0, 2, 0));
    assertThat(client.connectFailure().get()).isEmpty();
  }

  @Test
  @DisplayName("P.35 one that goes down in the middle: who waits is served by the other")
  void goesDown() throws Exception {
    TaskClient client = start(toBoth().maxWorkers(2));
    var first = client.call("first");
    var second = client.call("second");
    peer.accept().greet().awaitUnread();
    ScriptedPeer.Line there = other.accept().greet().expectCall("second");
    peer.close(); // what it had was unread, so it is sent again
    other.accept().greet().expectCall("first").answer("1");
    there.answer("2");
    assertThat(result(first)).isEqualTo(1L);
    assertThat(result(second)).isEqualTo(2L);
  }

  @Test
  @DisplayName("P.35 when both are down, who waits in vain is told of both")
  void bothDown() throws Exception {
    peer.close();
    other.close();
    TaskClient client = start(toBoth().timeout(Duration.ofMillis(500)));
    assertThat(failure(client.call("x")))
        .isInstanceOf(ConnectException.class)
        .hasMessageMatching(
            "(?s)x waited [0-9]+ ms: no server at unix:"
                + folder.resolve("s")
                + ": .*attempts?\\); no server at unix:"
                + folder.resolve("t")
                + ": .*attempts?\\) \\(total=0 active=0 idle=0 waiting=[0-9]\\)");
  }

  @Test
  @DisplayName("P.35 when one is down and the other is busy, it is no failure to connect")
  void oneDownOneBusy() throws Exception {
    peer.close();
    TaskClient client = start(toBoth().maxWorkers(1).timeout(Duration.ofMillis(500)));
    try (Checkout<Object> holder = client.checkout()) {
      other.accept().greet();
      awaitStats(client, new PoolStats(1, 1, 0, 0));
      assertThat(failure(client.call("x"))).isInstanceOf(QueueTimeoutException.class);
      assertThat(holder).isNotNull();
    }
  }

  @Test
  @DisplayName("P.35 the same address twice is refused")
  void twice() {
    Address same = new Address.Unix(Path.of("/run/a.sock"));
    assertThatThrownBy(() -> TaskClient.builder().connect(same, same).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("given twice");
    assertThatThrownBy(() -> TaskClient.builder().connect("unix:/a", "nonsense"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nonsense");
  }
}
