package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.22, P.17 Workers that are replaced: maxCheckouts and rt")
class RetireTest extends ScriptedTest {
  private static final String RETIRE = "[\"rt\",{}]";
  private static final String WORKER = ScriptedPeer.worker("ab", "rt");

  private ScriptedPeer.Line greeted() throws Exception {
    return peer.accept().greet(WORKER);
  }

  @Test
  @DisplayName("P.22 a free worker that asks for it is let go at once, and replaced")
  void idle() throws Exception {
    TaskClient client = start(toPeer().greet().minWorkers(1));
    ScriptedPeer.Line line = greeted();
    awaitStats(client, new PoolStats(1, 0, 1, 0));
    line.send(RETIRE).expectEnd();
    ScriptedPeer.Line next = greeted();
    awaitStats(client, new PoolStats(1, 0, 1, 0));
    var call = client.call("x");
    next.expectCall("x").answer("1");
    assertThat(result(call)).isEqualTo(1L);
    assertThat(client.counters().deaths()).isZero();
  }

  @Test
  @DisplayName(
      "P.22 one that is checked out serves on, is replaced before, and let go at its release")
  void checkedOut() throws Exception {
    TaskClient client = start(toPeer().greet().minWorkers(1));
    Checkout<Object> checkout = client.checkout();
    ScriptedPeer.Line line = greeted();
    var first = checkout.call("first");
    line.expectCall("first").send(RETIRE + RETIRE);
    ScriptedPeer.Line replacement = greeted();
    awaitStats(client, new PoolStats(2, 1, 1, 0));
    line.answer("1");
    assertThat(result(first)).isEqualTo(1L);
    var second = checkout.call("second");
    line.expectCall("second").answer("2");
    assertThat(result(second)).isEqualTo(2L);
    checkout.close();
    line.expect("[\"dn\",{}]").expectEnd();
    awaitStats(client, new PoolStats(1, 0, 1, 0));
    var next = client.call("next");
    replacement.expectCall("next").answer("3");
    assertThat(result(next)).isEqualTo(3L);
    assertThat(peer.connections()).isEqualTo(2);
  }

  @Test
  @DisplayName("P.22 without a minimum it is replaced when somebody waits, one over the maximum")
  void whoWaits() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Object> checkout = client.checkout();
    ScriptedPeer.Line line = greeted();
    awaitStats(client, new PoolStats(1, 1, 0, 0));
    line.send(RETIRE);
    var call = client.call("x");
    greeted().expectCall("x").answer("1");
    assertThat(result(call)).isEqualTo(1L);
    checkout.close();
    line.expectEnd();
  }

  @Test
  @DisplayName(
      "P.22 however many ask for it at once, there is one connection over the maximum, no more")
  void oneOverTheMaximum() throws Exception {
    TaskClient client = start(toPeer().greet().minWorkers(3).maxWorkers(3));
    List<ScriptedPeer.Line> lines = new ArrayList<>();
    List<Checkout<Object>> checkouts = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      lines.add(greeted());
      checkouts.add(client.checkout());
    }
    awaitStats(client, new PoolStats(3, 3, 0, 0));
    for (ScriptedPeer.Line line : lines) {
      line.send(RETIRE);
    }
    for (int i = 0; i < 3; i++) {
      ScriptedPeer.Line replacement = greeted();
      awaitStats(client, new PoolStats(4, 3 - i, 1 + i, 0));
      assertThat(peer.untaken()).isZero();
      checkouts.get(i).close();
      assertThat(replacement).isNotNull();
    }
    for (ScriptedPeer.Line line : lines) {
      line.expectEnd();
    }
    awaitStats(client, new PoolStats(3, 0, 3, 0));
  }

  @Test
  @DisplayName(
      "P.5 as the answer to dn it says that the hook failed: the next borrower never meets it")
  void hookFailed() throws Exception {
    TaskClient client = start(toPeer().greet());
    var call = client.call("x");
    ScriptedPeer.Line line = peer.accept().greet(ScriptedPeer.worker("rd", "rt"));
    line.expectCall("x").answer("1").expect("[\"dn\",{}]");
    assertThat(result(call)).isEqualTo(1L);
    var next = client.call("y");
    line.send(RETIRE).expectEnd();
    greeted().expectCall("y").answer("2");
    assertThat(result(next)).isEqualTo(2L);
  }

  @Test
  @DisplayName("P.22 from a peer that never said who it is, it is out of turn")
  void neverAnnounced() throws Exception {
    TaskClient client = client();
    var call = client.call("x");
    ScriptedPeer.Line line = peer.accept().expectFirstCall("x").send(RETIRE);
    assertThat(failure(call))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("'rt' out of turn");
    line.expectEnd();
  }

  @Test
  @DisplayName("P.22 one that dies after it asked is replaced once")
  void diesAfterAsking() throws Exception {
    TaskClient client = start(toPeer().greet().minWorkers(1));
    Checkout<Object> checkout = client.checkout();
    ScriptedPeer.Line line = greeted();
    var call = checkout.call("x");
    line.expectCall("x").send(RETIRE);
    greeted();
    line.close();
    assertThat(failure(call)).isInstanceOf(WorkerDiedException.class);
    awaitStats(client, new PoolStats(1, 0, 1, 0));
    client.stats();
    assertThat(peer.connections()).isEqualTo(2);
  }

  @Test
  @DisplayName("P.17 after maxCheckouts a worker is replaced, the replacement is there before")
  void maxCheckouts() throws Exception {
    List<PoolEvent> events = new CopyOnWriteArrayList<>();
    TaskClient client = start(toPeer().greet().minWorkers(1).maxCheckouts(2).listener(events::add));
    ScriptedPeer.Line line = greeted();
    for (int i = 1; i <= 2; i++) {
      var call = client.call("x");
      line.expectCall("x");
      if (i == 2) {
        awaitStats(client, new PoolStats(2, 1, 0, 0));
      }
      line.answer("" + i).expect("[\"dn\",{}]");
      assertThat(result(call)).isEqualTo((long) i);
    }
    line.expectEnd();
    ScriptedPeer.Line next = greeted();
    var call = client.call("y");
    next.expectCall("y").answer("3");
    assertThat(result(call)).isEqualTo(3L);
    assertThat(events)
        .contains(
            new PoolEvent.Retiring("worker w(1) (pid 4711)", "it has served 2 checkouts"),
            new PoolEvent.Released("worker w(1) (pid 4711)", false));
  }

  @Test
  @DisplayName("P.17 maxCheckouts counts with peers of the base protocol too")
  void maxCheckoutsOfABasePeer() throws Exception {
    TaskClient client = start(toPeer().maxCheckouts(1));
    for (int i = 0; i < 3; i++) {
      var call = client.call("x");
      ScriptedPeer.Line line = peer.accept().expectFirstCall("x").answer("1");
      assertThat(result(call)).isEqualTo(1L);
      line.expect("[\"dn\",{}]").expectEnd();
    }
  }
}
