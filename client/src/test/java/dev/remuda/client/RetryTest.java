package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.29 Which calls are sent again after a death, and in what order")
class RetryTest extends ScriptedTest {
  private static final String SKILLED = ScriptedPeer.worker("ab", "pipe");

  interface Store {
    @Idempotent
    long get(String key);

    long add(String key);
  }

  private ScriptedPeer.Line call(String method, String key) throws Exception {
    return peer.accept().greet().expect("[\"do\",{},\"" + method + "\",\"" + key + "\"]");
  }

  @Test
  @DisplayName("P.29 with two outstanding a reset proves nothing: the first may have run")
  void twoOutstanding() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Object> checkout = client.checkout();
    ScriptedPeer.Line line = granted(client, "pipe");
    var first = checkout.call("first");
    line.awaitUnread();
    var second = checkout.call("second");
    client.stats();
    client.stats();
    line.reset();
    assertThat(failure(first)).isInstanceOf(WorkerDiedException.class);
    assertThat(failure(second)).isInstanceOf(CallSkippedException.class);
    assertThat(client.counters().retries()).isZero();
  }

  @Test
  @DisplayName("P.29 an idempotent call is sent again though it may have run")
  void idempotent() throws Exception {
    TaskClient client = start(toPeer().greet());
    var get = client.of(Store.class).async(store -> store.get("a"));
    call("get", "a").close();
    call("get", "a").send("[").close();
    call("get", "a").answer("3");
    assertThat(result(get)).isEqualTo(3L);
    assertThat(client.counters().retries()).isEqualTo(2);
    assertThat(peer.untaken()).isZero();
  }

  @Test
  @DisplayName("P.29 a call that is not idempotent, on the same interface, is not")
  void notIdempotent() throws Exception {
    TaskClient client = start(toPeer().greet());
    var add = client.of(Store.class).async(store -> store.add("a"));
    call("add", "a").close();
    assertThat(failure(add)).isInstanceOf(WorkerDiedException.class);
    assertThat(client.counters().retries()).isZero();
  }

  @Test
  @DisplayName("P.29 nor is an idempotent one whose checkout was answered before")
  void answeredBefore() throws Exception {
    TaskClient client = start(toPeer().greet());
    try (Checkout<Store> checkout = client.of(Store.class).checkout()) {
      var add = checkout.async(store -> store.add("a"));
      ScriptedPeer.Line line = call("add", "a").answer("1");
      result(add);
      var get = checkout.async(store -> store.get("a"));
      line.expect("[\"do\",{},\"get\",\"a\"]").close();
      assertThat(failure(get)).isInstanceOf(WorkerDiedException.class);
    }
  }

  @Test
  @DisplayName("P.29 of several outstanding all must be idempotent, and all are sent again")
  void severalIdempotent() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Store> checkout = client.of(Store.class).checkout();
    var a = checkout.async(store -> store.get("a"));
    var b = checkout.async(store -> store.get("b"));
    peer.accept()
        .greet(SKILLED)
        .expect("[\"do\",{},\"get\",\"a\"][\"do\",{},\"get\",\"b\"]")
        .close();
    ScriptedPeer.Line line =
        peer.accept().greet(SKILLED).expect("[\"do\",{},\"get\",\"a\"][\"do\",{},\"get\",\"b\"]");
    line.answer("1").answer("2");
    assertThat(result(a)).isEqualTo(1L);
    assertThat(result(b)).isEqualTo(2L);
    checkout.close();
    line.expect("[\"dn\",{}]");
    Checkout<Store> mixed = client.of(Store.class).checkout();
    var c = mixed.async(store -> store.get("c"));
    var d = mixed.async(store -> store.add("d"));
    line.expect("[\"do\",{},\"get\",\"c\"][\"do\",{},\"add\",\"d\"]").close();
    assertThat(failure(c)).isInstanceOf(WorkerDiedException.class);
    assertThat(failure(d)).isInstanceOf(CallSkippedException.class);
    mixed.close();
  }

  @Test
  @DisplayName("P.29 at most three times, however it is that its workers end")
  void threeTimes() throws Exception {
    TaskClient client = start(toPeer().greet().poison(PoisonRule.OFF));
    var get = client.of(Store.class).async(store -> store.get("a"));
    for (int i = 0; i < 4; i++) {
      call("get", "a").close();
    }
    assertThat(failure(get)).isInstanceOf(WorkerDiedException.class);
    assertThat(client.counters().retries()).isEqualTo(3);
    assertThat(client.counters().deaths()).isEqualTo(4);
    assertThat(peer.untaken()).isZero();
  }

  @Test
  @DisplayName("P.29 checkouts retried in the same moment keep the order in which they were taken")
  void orderIsKept() throws Exception {
    TaskClient client = start(toPeer().greet().maxWorkers(3));
    List<CompletableFuture<Object>> calls = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      calls.add(client.call("c" + i));
    }
    List<ScriptedPeer.Line> lines = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      lines.add(peer.accept().greet().awaitUnread());
    }
    for (int i : new int[] {2, 0, 1}) {
      lines.get(i).reset();
    }
    ScriptedPeer.Line[] again = {peer.accept(), null, null};
    awaitStats(client, new PoolStats(1, 0, 0, 5));
    again[0].greet().expectCall("c0");
    again[1] = peer.accept().greet().expectCall("c1");
    again[2] = peer.accept().greet().expectCall("c2");
    again[0].answer("0").expect("[\"dn\",{}]").expectCall("c3").answer("3");
    again[1].answer("1").expect("[\"dn\",{}]");
    again[2].answer("2").expect("[\"dn\",{}]");
    again[0].expect("[\"dn\",{}]");
    ScriptedPeer.Line last = again[1];
    result(calls.get(3));
    assertThat(client.counters().retries()).isEqualTo(3);
    last.close();
  }

  @Test
  @DisplayName("P.29, P.24 a call that is sent again has its whole timeout still running")
  void timeoutGoesOn() throws Exception {
    TaskClient client = start(toPeer().greet());
    var call = client.call("x");
    ScriptedPeer.Line first = peer.accept().greet(ScriptedPeer.worker("dl"));
    first.reset();
    int left = peer.accept().greet(ScriptedPeer.worker("dl")).expectTimed("x");
    assertThat(left).isLessThanOrEqualTo((int) PATIENCE.toMillis());
    call.cancel(true);
  }
}
