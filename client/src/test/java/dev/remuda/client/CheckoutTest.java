package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName(
    "P.23 Checkouts in the hands of several threads, lambdas, and types that cannot travel")
class CheckoutTest extends ScriptedTest {
  interface Task {
    long run(int number);

    default long twice(int number) {
      return run(number) + run(number);
    }
  }

  @Test
  @DisplayName(
      "P.23 several threads on one checkout: each thread's calls stay in its order, each answered"
          + " once")
  void severalThreads() throws Exception {
    int threads = 4;
    int each = 100;
    try (var server = new ServingPeer(folder.resolve("base"))) {
      TaskClient client = start(toPeer().connect(server.address()));
      Checkout<Object> checkout = client.checkout();
      Map<Integer, List<Long>> answers = new ConcurrentHashMap<>();
      var all = new ArrayList<Thread>();
      for (int t = 0; t < threads; t++) {
        int thread = t;
        answers.put(t, Collections.synchronizedList(new ArrayList<>()));
        all.add(
            Thread.ofPlatform()
                .start(() -> {
                  var calls = new ArrayList<CompletableFuture<?>>();
                  for (int i = 0; i < each; i++) {
                    calls.add(
                        checkout
                            .call("echo", thread * each + i)
                            .thenAccept(value -> answers.get(thread).add((Long) value)));
                  }
                  calls.forEach(CompletableFuture::join);
                }));
      }
      for (Thread thread : all) {
        thread.join();
      }
      checkout.close();
      answers.forEach((thread, values) ->
          assertThat(values).hasSize(each).isSorted().allMatch(value -> value / each == thread));
      assertThat(client.counters().checkouts()).isEqualTo(1);
      server.nothingBreached();
    }
  }

  @Test
  @DisplayName(
      "P.23 a release by one thread while another calls: each call is answered or refused, none"
          + " lost")
  void releaseWhileCalling() throws Exception {
    try (var server = new ServingPeer(folder.resolve("base"))) {
      TaskClient client = start(toPeer().connect(server.address()));
      for (int round = 0; round < 20; round++) {
        Checkout<Object> checkout = client.checkout();
        result(checkout.call("echo", 0));
        Thread closer = Thread.ofPlatform().start(checkout::close);
        var calls = new ArrayList<CompletableFuture<Object>>();
        for (int i = 0; i < 20; i++) {
          calls.add(checkout.call("echo", i));
        }
        closer.join();
        boolean refused = false;
        for (CompletableFuture<Object> call : calls) {
          Throwable failure = call.handle((value, e) -> e).get();
          assertThat(failure == null || failure instanceof CheckoutClosedException).isTrue();
          assertThat(refused && failure == null)
              .as("answered after one that was refused")
              .isFalse();
          refused = failure != null;
        }
      }
      awaitStats(client, new PoolStats(1, 0, 1, 0));
    }
  }

  @Test
  @DisplayName("P.23 sync() on the client's own loop fails at once, on a checkout too")
  void syncOnTheLoop() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Task> checkout = client.of(Task.class).checkout();
    ScriptedPeer.Line line = granted(client, "ab");
    var first = checkout.async(task -> task.run(1));
    var inCallback = first.handle((value, e) -> catchThrowable(() -> checkout.sync().run(2)));
    line.expect("[\"do\",{},\"run\",1]").answer("1");
    assertThat(result(inCallback))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContainingAll("sync() would block the client's own loop", "callbacksOn()");
    var next = checkout.async(task -> task.run(3));
    line.expect("[\"do\",{},\"run\",3]").answer("3");
    assertThat(result(next)).isEqualTo(3L);
    checkout.close();
  }

  @Test
  @DisplayName(
      "P.23 a lambda on a checkout that makes none, two, or throws is refused; the checkout lives")
  void badLambdas() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Task> checkout = client.of(Task.class).checkout();
    ScriptedPeer.Line line = granted(client, "ab");
    assertThatThrownBy(() -> checkout.async(task -> 1L))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("made none");
    assertThatThrownBy(() -> checkout.async(task -> task.run(1) + task.run(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("made 2");
    assertThatThrownBy(() ->
            checkout.run(task -> {
              task.run(1);
              throw new IOException("mine");
            }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the lambda threw instead of making one call")
        .hasRootCauseMessage("mine");
    var escaped = new ArrayList<Task>();
    var good = checkout.async(task -> escaped.add(task) ? task.run(5) : 0L);
    line.expect("[\"do\",{},\"run\",5]").answer("5");
    assertThat(result(good)).isEqualTo(5L);
    assertThatThrownBy(() -> escaped.getFirst().run(6))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("after its lambda had ended");
    line.expectNothingFrom(client);
    checkout.close();
  }

  record Inner(List<Optional<Thread>> threads) {}

  record Outer(Map<String, Inner> inner) {}

  interface InARecord {
    Outer get();
  }

  interface InAGeneric {
    void put(List<Map<String, Runnable[]>> all);
  }

  interface AsAKey {
    void put(Map<Thread, String> all);
  }

  interface Inherited extends InAGeneric {
    int fine();
  }

  @Test
  @DisplayName(
      "P.23, P.4 a type that cannot travel is found however deep, and named with its method")
  void untravelled() {
    TaskClient client = client();
    for (Class<?> contract :
        new Class<?>[] {InARecord.class, InAGeneric.class, AsAKey.class, Inherited.class}) {
      assertThatThrownBy(() -> client.of(contract))
          .as(contract.getSimpleName())
          .isInstanceOf(IllegalArgumentException.class)
          .satisfies(e ->
              assertThat(e.getMessage())
                  .containsPattern("CheckoutTest\\$\\w+\\.(get|put): ")
                  .containsPattern("Thread|Runnable"));
    }
    assertThat(client.stats()).isEqualTo(new PoolStats(0, 0, 0, 0));
  }

  @Test
  @DisplayName("P.23 a result of another type than the lambda's is told as what it is")
  void results() throws Exception {
    TaskClient client = start(toPeer().greet());
    var call = client.of(Task.class).async(task -> task.run(1));
    ScriptedPeer.Line line =
        peer.accept().greet().expect("[\"do\",{},\"run\",1]").answer("null").expect("[\"dn\",{}]");
    assertThat(failure(call)).isInstanceOf(ProtocolException.class).hasMessageContaining("long");
    var twice = client.of(Task.class).async(task -> task.twice(1));
    line.expect("[\"do\",{},\"twice\",1]").answer("2");
    assertThat(result(twice)).isEqualTo(2L);
  }
}
