package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.context.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Wire: a peer that announces nothing gets the base protocol, whatever callers do")
class BasePeerTest extends ScriptedTest {
  interface Echo {
    @Idempotent
    String echo(String text);
  }

  private final CheckoutOptions hasty = CheckoutOptions.NONE.callTimeout(Duration.ofMillis(150));

  /** All of it at once, over and over, and then what the peer found fault with. */
  @Test
  @DisplayName(
      "Wire: calls, errors, deaths, timeouts, cancels, aborts, streams: no word but do and dn")
  void everything() throws Exception {
    try (var server = new ServingPeer(folder.resolve("base"))) {
      TaskClient client = start(toPeer().connect(server.address()).maxWorkers(4).maxCheckouts(5));
      for (int round = 0; round < 5; round++) {
        var calls = new ArrayList<CompletableFuture<?>>();
        for (int i = 0; i < 20; i++) {
          calls.add(client.call("echo", i));
        }
        calls.add(client.of(Echo.class).async(echo -> echo.echo("λ")));
        calls.add(client.call("fail"));
        calls.add(client.untyped().with(CheckoutOptions.NONE.keepAfterError(true)).call("fail"));
        calls.add(client.call("die", round));
        calls.add(client.untyped().with(hasty).call("hang"));
        calls.add(Deadline.in(Duration.ofMillis(100)).during(() -> client.call("hang")));
        CompletableFuture<Object> cancelled = client.call("hang");
        Checkout<Object> aborted = client.checkout();
        calls.add(aborted.call("hang"));
        calls.add(aborted.call("echo", "behind"));
        CallStream<Object, Object> stream = client.untyped().callStream("echo", "streamed");
        var subscriber = new Recorder<>(Long.MAX_VALUE);
        stream.subscribe(subscriber);
        calls.add(stream.result());
        CallStream<Object, Object> given = client.untyped().callStream("hang");
        var bored = new Recorder<>(1);
        given.subscribe(bored);
        bored.cancel();
        calls.add(given.result());
        Checkout<Object> several = client.checkout();
        for (int i = 0; i < 20; i++) {
          calls.add(several.call(i == 10 ? "fail" : "echo", i));
        }
        several.close();
        client.stats();
        cancelled.cancel(true);
        aborted.abort("enough");
        calls.forEach(ScriptedTest::failure);
        subscriber.awaitEnd();
      }
      PoolCounters counters = client.counters();
      assertThat(counters.ended()).isEqualTo(counters.calls());
      client.close();
      server.nothingBreached();
      assertThat(server.connections()).isGreaterThan(5);
    }
  }

  @Test
  @DisplayName("P.21 checkouts taken by many threads at once are all served, each once")
  void manyThreads() throws Exception {
    int threads = 8;
    int each = 400;
    try (var server = new ServingPeer(folder.resolve("base"))) {
      TaskClient client = start(toPeer().connect(server.address()).maxWorkers(4));
      var calls = new ConcurrentLinkedQueue<CompletableFuture<Object>>();
      var start = new CountDownLatch(threads);
      List<Thread> all = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        all.add(
            Thread.ofPlatform()
                .start(() -> {
                  start.countDown();
                  for (int i = 0; i < each; i++) {
                    try (Checkout<Object> checkout = client.checkout()) {
                      calls.add(checkout.call("echo", i));
                    }
                  }
                }));
      }
      for (Thread thread : all) {
        thread.join();
      }
      for (CompletableFuture<Object> call : calls) {
        assertThat(result(call)).isInstanceOf(Long.class);
      }
      assertThat(calls).hasSize(threads * each);
      assertThat(client.counters().succeeded()).isEqualTo((long) threads * each);
      server.nothingBreached();
    }
  }

  @Test
  @DisplayName("P.21 a checkout is not served before the calls that were made before it")
  void noOvertaking() throws Exception {
    TaskClient client = start(toPeer().greet());
    var calls = new ArrayList<CompletableFuture<Object>>();
    for (int i = 0; i < 50; i++) {
      calls.add(client.call("c" + i));
    }
    Checkout<Object> checkout = client.checkout();
    calls.add(checkout.call("c50"));
    ScriptedPeer.Line line = peer.accept().greet();
    for (int i = 0; i <= 50; i++) {
      line.expectCall("c" + i).answer("1");
      line.expect(i < 50 ? "[\"dn\",{}]" : "");
    }
    for (CompletableFuture<Object> call : calls) {
      result(call);
    }
    checkout.close();
  }
}
