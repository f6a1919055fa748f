package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.30 A call that kills worker after worker is refused for a while")
class PoisonTest extends ScriptedTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  interface Store {
    @Idempotent
    long get(String key);
  }

  private static String sent(String argument) {
    return "[\"do\",{},\"x\",\"" + argument + "\"]";
  }

  private Throwable kill(TaskClient client, String argument) throws Exception {
    var call = client.call("x", argument);
    peer.accept().greet().expect(sent(argument)).close();
    return failure(call);
  }

  private void serves(TaskClient client, String argument) throws Exception {
    var call = client.untyped().with(CheckoutOptions.NONE.keepAfterError(true)).call("x", argument);
    peer.accept().greet().expect(sent(argument)).send("[\"er\",{},\"lives\"]").close();
    assertThat(failure(call)).isInstanceOf(CallFailedException.class);
  }

  @Test
  @DisplayName(
      "P.30 three deaths, then it is refused with fingerprint and time left, and sent nowhere")
  void threeDeaths() throws Exception {
    TaskClient client = start(toPeer().greet());
    String fingerprint = "";
    for (int i = 0; i < 3; i++) {
      var died = (WorkerDiedException) kill(client, "bad");
      fingerprint = died.autopsy().fingerprint();
    }
    String killer = fingerprint;
    assertThat(killer).matches("[0-9a-f]{64}");
    assertThat(failure(client.call("x", "bad")))
        .isInstanceOfSatisfying(
            PoisonedCallException.class,
            e -> {
              assertThat(e.fingerprint()).isEqualTo(killer);
              assertThat(e.left()).isBetween(MINUTE.multipliedBy(9), MINUTE.multipliedBy(10));
            })
        .hasMessageMatching(
            "x is refused for 5[0-9]{2} s more: with these arguments it has killed 3 workers"
                + " within 600 s; fingerprint [0-9a-f]{64}");
    assertThat(peer.untaken()).isZero();
    assertThat(client.stats()).isEqualTo(new PoolStats(0, 0, 0, 0));
    assertThat(client.counters().refused()).isEqualTo(1);
    serves(client, "other");
    var sameArgument = client.call("y", "bad");
    peer.accept().greet().expect("[\"do\",{},\"y\",\"bad\"]").answer("1");
    assertThat(result(sameArgument)).isEqualTo(1L);
  }

  @Test
  @DisplayName("P.30 a checkout on which it is refused lives, and no worker is lost by it")
  void checkoutLives() throws Exception {
    TaskClient client = start(toPeer().greet().poison(new PoisonRule(1, MINUTE, MINUTE)));
    kill(client, "bad");
    Checkout<Object> checkout = client.checkout();
    ScriptedPeer.Line line = granted(client, "ab");
    assertThat(failure(checkout.call("x", "bad"))).isInstanceOf(PoisonedCallException.class);
    var good = checkout.call("x", "good");
    line.expect(sent("good")).answer("1");
    assertThat(result(good)).isEqualTo(1L);
    checkout.close();
    line.expect("[\"dn\",{}]");
    awaitStats(client, new PoolStats(1, 0, 1, 0));
    assertThat(failure(client.call("x", "bad"))).isInstanceOf(PoisonedCallException.class);
    assertThat(client.stats()).isEqualTo(new PoolStats(1, 0, 1, 0));
  }

  @Test
  @DisplayName("P.30 one that waits already, behind others too, is refused when its turn comes")
  void waitingAlready() throws Exception {
    TaskClient client = start(toPeer().greet().poison(new PoisonRule(1, MINUTE, MINUTE)));
    var first = client.call("x", "bad");
    var second = client.call("x", "bad");
    Checkout<Object> checkout = client.checkout();
    var before = checkout.call("before");
    var third = checkout.call("x", "bad");
    var after = checkout.call("after");
    peer.accept().greet().expect(sent("bad")).close();
    assertThat(failure(first)).isInstanceOf(WorkerDiedException.class);
    ScriptedPeer.Line line = peer.accept().greet(ScriptedPeer.worker("pipe"));
    assertThat(failure(second)).isInstanceOf(PoisonedCallException.class);
    line.expectCall("before").expectNothingFrom(client).answer("1");
    assertThat(result(before)).isEqualTo(1L);
    assertThat(failure(third)).isInstanceOf(PoisonedCallException.class);
    assertThat(failure(after)).isInstanceOf(CallSkippedException.class);
    var next = checkout.call("next");
    line.expectCall("next").answer("2");
    assertThat(result(next)).isEqualTo(2L);
  }

  @Test
  @DisplayName("P.30 calls that were too slow, given up, or failed do not count")
  void othersDoNotCount() throws Exception {
    TaskClient client = start(toPeer().greet().poison(new PoisonRule(1, MINUTE, MINUTE)));
    var slow =
        client
            .untyped()
            .with(CheckoutOptions.NONE.callTimeout(Duration.ofMillis(100)))
            .call("x", "a");
    peer.accept().greet().expect(sent("a")).expect("[\"ab\",{}]").close();
    assertThat(failure(slow)).isInstanceOf(CallTimeoutException.class);
    var cancelled = client.call("x", "a");
    ScriptedPeer.Line line = peer.accept().greet().expect(sent("a"));
    cancelled.cancel(true);
    line.expect("[\"ab\",{}]").close();
    var garbled = client.call("x", "a");
    peer.accept().greet().expect(sent("a")).send("nonsense").expectEnd();
    assertThat(failure(garbled)).isInstanceOf(ProtocolException.class);
    var failing = client.call("x", "a");
    peer.accept().greet().expect(sent("a")).send("[\"er\",{},\"no\"]").expectEnd();
    assertThat(failure(failing)).isInstanceOf(CallFailedException.class);
    var last = client.call("x", "a");
    peer.accept().greet().expect(sent("a")).answer("1");
    assertThat(result(last)).isEqualTo(1L);
  }

  @Test
  @DisplayName("P.30 a call that a worker never read killed nobody")
  void resetsDoNotCount() throws Exception {
    TaskClient client = start(toPeer().greet().poison(new PoisonRule(1, MINUTE, MINUTE)));
    var call = client.call("x", "a");
    peer.accept().greet().reset();
    peer.accept().greet().reset();
    peer.accept().greet().expect(sent("a")).answer("1").expect("[\"dn\",{}]").close();
    assertThat(result(call)).isEqualTo(1L);
    var again = client.call("x", "a");
    peer.accept().greet().expect(sent("a")).answer("2");
    assertThat(result(again)).isEqualTo(2L);
  }

  @Test
  @DisplayName("P.30 an idempotent call stops being sent again when it has killed too many")
  void idempotentStops() throws Exception {
    TaskClient client = start(toPeer().greet());
    var get = client.of(Store.class).async(store -> store.get("bad"));
    for (int i = 0; i < 3; i++) {
      peer.accept().greet().expect("[\"do\",{},\"get\",\"bad\"]").close();
    }
    ScriptedPeer.Line line = peer.accept().greet();
    assertThat(failure(get)).isInstanceOf(PoisonedCallException.class);
    var next = client.call("x", "good");
    line.expect(sent("good")).answer("1");
    assertThat(result(next)).isEqualTo(1L);
  }

  @Test
  @DisplayName("P.30 count and times are the rule's own; after them it is served again")
  void configurable() throws Exception {
    Duration shortly = Duration.ofMillis(700);
    TaskClient client = start(toPeer().greet().poison(new PoisonRule(2, MINUTE, shortly)));
    kill(client, "bad");
    kill(client, "bad");
    long refusedSince = System.nanoTime();
    assertThat(failure(client.call("x", "bad"))).isInstanceOf(PoisonedCallException.class);
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> System.nanoTime() - refusedSince > shortly.toNanos());
    kill(client, "bad");
    serves(client, "bad");
  }

  @Test
  @DisplayName("P.30 deaths that lie too far apart do not add up")
  void farApart() throws Exception {
    Duration within = Duration.ofMillis(200);
    TaskClient client = start(toPeer().greet().poison(new PoisonRule(2, within, MINUTE)));
    for (int i = 0; i < 3; i++) {
      kill(client, "bad");
      long died = System.nanoTime();
      Awaitility.await().atMost(PATIENCE).until(() -> System.nanoTime() - died > within.toNanos());
    }
    serves(client, "bad");
  }

  @Test
  @DisplayName("P.30 with OFF nothing is ever refused")
  void off() throws Exception {
    TaskClient client = start(toPeer().greet().poison(PoisonRule.OFF));
    for (int i = 0; i < 5; i++) {
      assertThat(kill(client, "bad")).isInstanceOf(WorkerDiedException.class);
    }
    CompletableFuture<Object> call = client.call("x", "bad");
    peer.accept().greet().expect(sent("bad")).answer("1");
    assertThat(result(call)).isEqualTo(1L);
  }
}
