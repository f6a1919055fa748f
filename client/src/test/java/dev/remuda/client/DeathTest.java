package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.29 Workers that die, and who hears of it")
class DeathTest extends ScriptedTest {
  interface Sums {
    long sum(int... numbers);
  }

  @Test
  @DisplayName("P.29 a reset before any byte of a reply proves the call unread: another worker")
  void resetIsRetried() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Object> checkout = client.checkout();
    var call = checkout.call("x");
    var behind = checkout.call("y");
    peer.accept().greet().reset();
    peer.accept().greet().reset();
    peer.accept().greet().expectCall("x").answer("1").expectCall("y").answer("2");
    assertThat(List.of(result(call), result(behind))).containsExactly(1L, 2L);
  }

  @Test
  @DisplayName("P.29 a call that ends worker after worker is not retried for ever")
  void retriesEnd() throws Exception {
    TaskClient client = start(toPeer().greet());
    var call = client.call("x");
    for (int i = 0; i < 4; i++) {
      peer.accept().greet().reset();
    }
    assertThat(failure(call)).isInstanceOf(WorkerDiedException.class);
  }

  @Test
  @DisplayName("P.29 the retried checkout keeps its turn before those behind it")
  void retriedFirst() throws Exception {
    TaskClient client = start(toPeer().greet());
    var first = client.call("first");
    var second = client.call("second");
    peer.accept().greet().reset();
    peer.accept()
        .greet()
        .expectCall("first")
        .answer("1")
        .expect("[\"dn\",{}]")
        .expectCall("second")
        .answer("2");
    assertThat(List.of(result(first), result(second))).containsExactly(1L, 2L);
  }

  @Test
  @DisplayName("P.29 the end of the connection means that the call may have run")
  void endIsDeath() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Object> checkout = client.checkout();
    var call = checkout.call("x");
    var behind = checkout.call("y");
    client.stats(); // by now the loop has both
    peer.accept().greet().expectCall("x").close();
    assertThat(failure(call))
        .isInstanceOf(WorkerDiedException.class)
        .hasMessageContaining("x: worker connection suddenly died")
        .hasMessageContaining("worker w(1) (pid 4711)");
    assertThat(failure(behind)).isInstanceOf(CallSkippedException.class);
    assertThat(failure(checkout.call("later"))).isInstanceOf(WorkerDiedException.class);
    assertThat(peer.untaken()).isZero();
  }

  @Test
  @DisplayName("P.29 a reset after the first byte of a reply is a death")
  void resetWithinReply() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Object> checkout = client.checkout();
    var one = checkout.call("one");
    ScriptedPeer.Line line = peer.accept().greet().expectCall("one").answer("1");
    result(one);
    var two = checkout.call("two");
    line.send("[").reset();
    assertThat(failure(two)).isInstanceOf(WorkerDiedException.class);
  }

  @Test
  @DisplayName("P.29 only the first call of a checkout is retried: later ones need their state")
  void laterCallIsNotRetried() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Object> checkout = client.checkout();
    var one = checkout.call("one");
    ScriptedPeer.Line line = peer.accept().greet().expectCall("one").answer("1");
    result(one);
    var two = checkout.call("two");
    line.reset();
    assertThat(failure(two)).isInstanceOf(WorkerDiedException.class);
  }

  @Test
  @DisplayName("P.29 over TCP a reset proves nothing")
  void tcpReset() throws Exception {
    peer = listening(ScriptedPeer.tcp());
    TaskClient client = start(toPeer().greet());
    var call = client.call("x");
    peer.accept().greet().reset();
    assertThat(failure(call)).isInstanceOf(WorkerDiedException.class);
  }

  @Test
  @DisplayName("P.29 the death of an idle worker is noticed when it happens, and it is replaced")
  void idleDeath() throws Exception {
    TaskClient client = start(toPeer().greet().minWorkers(1));
    ScriptedPeer.Line line = peer.accept().greet();
    awaitStats(client, new PoolStats(1, 0, 1, 0));
    line.close();
    ScriptedPeer.Line other = peer.accept().greet();
    var call = client.call("x");
    other.expectCall("x").answer("1");
    assertThat(result(call)).isEqualTo(1L);
  }

  @Test
  @DisplayName("P.29 a checkout whose worker dies before its first call gets another")
  void deathBeforeTheFirstCall() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Object> checkout = client.checkout();
    ScriptedPeer.Line line = peer.accept().greet();
    awaitStats(client, new PoolStats(1, 1, 0, 0));
    line.close();
    ScriptedPeer.Line other = peer.accept().greet();
    var call = checkout.call("x");
    other.expectCall("x").answer("1");
    assertThat(result(call)).isEqualTo(1L);
  }

  @Test
  @DisplayName("P.29 a worker that dies between two calls of a checkout takes the checkout with it")
  void deathBetweenCalls() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Object> checkout = client.checkout();
    var one = checkout.call("one");
    peer.accept().greet().expectCall("one").answer("1").close();
    result(one);
    awaitStats(client, new PoolStats(0, 0, 0, 0));
    assertThat(failure(checkout.call("two"))).isInstanceOf(WorkerDiedException.class);
    checkout.close();
  }

  /**
   * Whatever is in the loop's queue when a death is read from the socket must not meet the dead.
   */
  private void idleDeathUnderCalls(ScriptedPeer on) throws Exception {
    peer = on;
    TaskClient client = start(toPeer().greet().minWorkers(1));
    ScriptedPeer.Line line = peer.accept().greet();
    awaitStats(client, new PoolStats(1, 0, 1, 0));
    // The loop is held while the end arrives and calls queue up behind it.
    var warm = client.call("warm");
    var held = new CountDownLatch(1);
    var holds = new CountDownLatch(1);
    List<CompletableFuture<Object>> calls = new ArrayList<>();
    var holding =
        warm.thenRun(() -> {
          holds.countDown();
          Uninterruptible.await(held);
        });
    // The second is out of turn, so that the client itself ends the connection, once it goes on.
    line.expectCall("warm").send("[\"ok\",{},1][\"ok\",{},2]");
    holds.await();
    for (int i = 0; i < 3; i++) {
      calls.add(client.call("x"));
    }
    held.countDown();
    result(holding);
    ScriptedPeer.Line other = peer.accept().greet();
    for (int i = 0; i < 3; i++) {
      other.expectCall("x").answer("1").expect("[\"dn\",{}]");
    }
    for (CompletableFuture<Object> call : calls) {
      assertThat(result(call)).isEqualTo(1L);
    }
  }

  /** Waits whatever happens. */
  private static final class Uninterruptible {
    static void await(CountDownLatch latch) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  @DisplayName("P.29 a connection that is being closed is handed to nobody (unix)")
  void closingIsNotHandedOutUnix() throws Exception {
    idleDeathUnderCalls(peer);
  }

  @Test
  @DisplayName("P.29 a connection that is being closed is handed to nobody (tcp)")
  void closingIsNotHandedOutTcp() throws Exception {
    idleDeathUnderCalls(listening(ScriptedPeer.tcp()));
  }

  @Test
  @DisplayName("P.29 workers that die when idle, over and over, fail no call")
  void manyIdleDeaths() throws Exception {
    TaskClient client = start(toPeer().greet().minWorkers(1));
    for (int i = 0; i < 30; i++) {
      ScriptedPeer.Line line = peer.accept().greet();
      var call = client.call("x");
      if (i % 3 == 0) {
        line.reset();
        line = peer.accept().greet();
      }
      line.expectCall("x").answer("" + i);
      assertThat(result(call)).isEqualTo((long) i);
      line.expect("[\"dn\",{}]");
      var racing = i % 2 == 0 ? client.call("y") : null;
      if (racing == null) {
        line.close();
      } else {
        line.reset();
        ScriptedPeer.Line other = peer.accept().greet();
        other.expectCall("y").answer("2");
        assertThat(result(racing)).isEqualTo(2L);
        other.expect("[\"dn\",{}]").close();
      }
    }
  }
}
