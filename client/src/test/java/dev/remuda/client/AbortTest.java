package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.27 abort(reason), and the error that a dead checkout tells every later call")
class AbortTest extends ScriptedTest {
  private static final String REASON = "its checkout was aborted: user left";

  private static void hears(CompletableFuture<Object> call, String method) {
    assertThat(failure(call))
        .isInstanceOf(CallCancelledException.class)
        .hasMessageStartingWith(method + " was given up: " + REASON);
  }

  /** The same error for every later call, at once, until the checkout is closed and after. */
  private static void staysDead(Checkout<Object> checkout) {
    Throwable first = failure(checkout.call("later"));
    assertThat(first).isInstanceOf(CallCancelledException.class).hasMessageContaining(REASON);
    assertThat(failure(checkout.call("again")))
        .isNotSameAs(first)
        .hasSameClassAs(first)
        .hasMessage(first.getMessage());
    checkout.close();
    assertThat(failure(checkout.call("closed")))
        .isNotSameAs(first)
        .hasSameClassAs(first)
        .hasMessage(first.getMessage());
    checkout.abort("twice");
    assertThat(failure(checkout.call("twice")))
        .isNotSameAs(first)
        .hasSameClassAs(first)
        .hasMessage(first.getMessage());
  }

  @Test
  @DisplayName("P.27 while it waits: it leaves the queue, and the others' turn comes")
  void waiting() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Object> holder = client.checkout();
    ScriptedPeer.Line line = granted(client, "ab");
    Checkout<Object> checkout = client.checkout();
    var first = checkout.call("first");
    var second = checkout.call("second");
    var other = client.call("other");
    checkout.abort("user left");
    hears(first, "first");
    assertThat(failure(second)).isInstanceOf(CallSkippedException.class).hasCause(failure(first));
    assertThat(client.stats()).isEqualTo(new PoolStats(1, 1, 0, 1));
    staysDead(checkout);
    holder.close();
    line.expectCall("other").answer("1");
    assertThat(result(other)).isEqualTo(1L);
  }

  @Test
  @DisplayName("P.27 while it waits without a call: the next call hears of it")
  void waitingWithoutACall() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Object> checkout = client.checkout();
    checkout.abort("user left");
    staysDead(checkout);
    ScriptedPeer.Line line = peer.accept().greet();
    awaitStats(client, new PoolStats(1, 0, 1, 0));
    line.expectNothingFrom(client);
  }

  @Test
  @DisplayName("P.27 between calls: the connection is ended without another word")
  void granted() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Object> checkout = client.checkout();
    ScriptedPeer.Line line = granted(client, "ab", "rd");
    var call = checkout.call("x");
    line.expectCall("x").answer("1");
    result(call);
    checkout.abort("user left");
    line.expectEnd();
    staysDead(checkout);
    awaitStats(client, new PoolStats(0, 0, 0, 0));
  }

  @Test
  @DisplayName("P.27 before the first call, to a peer that never spoke: no attempt failed by that")
  void grantedBeforeACall() throws Exception {
    TaskClient client = client();
    Checkout<Object> checkout = client.checkout();
    ScriptedPeer.Line line = peer.accept();
    awaitStats(client, new PoolStats(1, 1, 0, 0));
    checkout.abort("user left");
    line.expectEnd();
    awaitStats(client, new PoolStats(0, 0, 0, 0));
    assertThat(client.counters().connectFailures()).isZero();
    assertThat(client.connectFailure().get()).isEmpty();
    assertThat(client.counters().deaths()).isZero();
  }

  @Test
  @DisplayName("P.27 while a call runs: its worker is aborted, the call and later ones hear why")
  void running() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Object> checkout = client.checkout();
    ScriptedPeer.Line line = granted(client, "ab");
    var running = checkout.call("running");
    var waits = checkout.call("waits");
    line.expectCall("running");
    checkout.abort("user left");
    line.expect("[\"ab\",{}]");
    var meanwhile = checkout.call("meanwhile");
    client.stats(); // by now the loop has it
    line.send("[\"er\",{\"ab\":1,\"dump\":\"main: busy\"},\"aborted\"]").expectEnd();
    hears(running, "running");
    assertThat(failure(running))
        .isInstanceOfSatisfying(
            CallCancelledException.class,
            e -> assertThat(e.autopsy().orElseThrow().threadDump()).contains("main: busy"));
    for (CompletableFuture<Object> skipped : List.of(waits, meanwhile)) {
      assertThat(failure(skipped)).isInstanceOf(CallSkippedException.class);
    }
    staysDead(checkout);
  }

  @Test
  @DisplayName("P.27 after its release, while a call still runs: the call is given up")
  void releasedAndRunning() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Object> checkout = client.checkout();
    ScriptedPeer.Line line = granted(client, "ab");
    var running = checkout.call("running");
    line.expectCall("running");
    checkout.close();
    checkout.abort("user left");
    line.expect("[\"ab\",{}]").close();
    hears(running, "running");
  }

  @Test
  @DisplayName("P.27 after its release: nothing happens, its worker has other borrowers")
  void released() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Object> checkout = client.checkout();
    ScriptedPeer.Line line = granted(client, "ab");
    checkout.close();
    checkout.abort("user left");
    assertThat(failure(checkout.call("late"))).isInstanceOf(CheckoutClosedException.class);
    var next = client.call("next");
    line.expectCall("next").answer("1");
    assertThat(result(next)).isEqualTo(1L);
  }

  @Test
  @DisplayName("P.27 after the death of its worker: the first reason stays")
  void dead() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Object> checkout = client.checkout();
    ScriptedPeer.Line line = granted(client, "ab");
    var call = checkout.call("x");
    line.expectCall("x").close();
    Throwable died = failure(call);
    checkout.abort("user left");
    assertThat(failure(checkout.call("later")))
        .isNotSameAs(died)
        .hasSameClassAs(died)
        .hasMessage(died.getMessage());
  }

  @Test
  @DisplayName("P.27 a fatal error ends the worker though keepAfterError is set")
  void fatalIsNeverKept() throws Exception {
    TaskClient client = start(toPeer().greet().keepAfterError(true));
    Checkout<Object> checkout = client.checkout();
    ScriptedPeer.Line line = granted(client, "rd");
    var running = checkout.call("running");
    line.expectCall("running");
    checkout.abort("user left");
    hears(running, "running");
    checkout.close();
    line.expectEnd();
  }

  @Test
  @DisplayName(
      "P.27 with keepAfterError a worker whose call failed has other borrowers, after a dn")
  void keptAfterError() throws Exception {
    TaskClient client = start(toPeer().greet().keepAfterError(true));
    var failing = client.call("x");
    ScriptedPeer.Line line = peer.accept().greet().expectCall("x").send("[\"er\",{},\"no\"]");
    assertThat(failure(failing)).isInstanceOf(CallFailedException.class);
    line.expect("[\"dn\",{}]");
    var next = client.call("y");
    line.expectCall("y").answer("1");
    assertThat(result(next)).isEqualTo(1L);
  }

  @Test
  @DisplayName("P.27 without it the worker is ended; a checkout may say either for itself")
  void endedAfterError() throws Exception {
    TaskClient client = start(toPeer().greet());
    client.call("x");
    peer.accept().greet().expectCall("x").send("[\"er\",{},\"no\"]").expectEnd();
    client.untyped().with(CheckoutOptions.NONE.keepAfterError(true)).call("y");
    ScriptedPeer.Line line = peer.accept().greet().expectCall("y").send("[\"er\",{},\"no\"]");
    line.expect("[\"dn\",{}]");
    client.untyped().with(CheckoutOptions.NONE.keepAfterError(false)).call("z");
    line.expectCall("z").send("[\"er\",{},\"no\"]").expectEnd();
    awaitStats(client, new PoolStats(0, 0, 0, 0));
    assertThat(client.counters().deaths()).isZero();
  }
}
