package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.WorkerExit;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.36 Listeners and counters")
class PoolListenerTest extends ScriptedTest {
  private static final String WORKER = "worker w(1) (pid 4711)";
  private final List<PoolEvent> events = new CopyOnWriteArrayList<>();

  private TaskClient.Builder heard() {
    return toPeer().greet().listener(events::add);
  }

  /** The events without their times. */
  private List<String> told() {
    return events.stream()
        .map(event ->
            switch (event) {
              case PoolEvent.Connected(_, String worker, _) -> "connected " + worker;
              case PoolEvent.ConnectFailed(_, String reason) -> "not connected: " + reason;
              case PoolEvent.CheckedOut(String worker, _) -> "checked out " + worker;
              case PoolEvent.Released(String worker, boolean kept) ->
                  "released " + worker + (kept ? ", kept" : ", not kept");
              case PoolEvent.CallEnded(String method, _, _, _, TaskException reason) ->
                  method + (reason == null ? " ok" : " " + reason.getClass().getSimpleName());
              case PoolEvent.WorkerLost(String worker, boolean busy) ->
                  "lost " + worker + (busy ? ", busy" : ", idle");
              case PoolEvent.Retiring(String worker, String reason) ->
                  "retiring " + worker + ": " + reason;
            })
        .toList();
  }

  @Test
  @DisplayName("P.36 each step of a call is told, in order, and before its caller hears")
  void aCall() throws Exception {
    TaskClient client = start(heard());
    var seen = client.call("x").thenApply(value -> told());
    ScriptedPeer.Line line = peer.accept().greet().expectCall("x").answer("1");
    assertThat(result(seen)).contains("x ok");
    line.expect("[\"dn\",{}]");
    awaitStats(client, new PoolStats(1, 0, 1, 0));
    assertThat(told())
        .containsExactlyInAnyOrder(
            "connected " + WORKER, "checked out " + WORKER, "x ok", "released " + WORKER + ", kept")
        .startsWith("connected " + WORKER, "checked out " + WORKER);
    assertThat(events)
        .filteredOn(PoolEvent.Connected.class::isInstance)
        .singleElement()
        .satisfies(event -> {
          var connected = (PoolEvent.Connected) event;
          assertThat(connected.address()).isEqualTo(peer.address());
          assertThat(connected.took()).isPositive();
        });
  }

  @Test
  @DisplayName("P.36 failures, deaths and releases that keep nothing are told with their reasons")
  void failures() throws Exception {
    TaskClient client = start(heard());
    var failing = client.call("fails");
    peer.accept().greet().expectCall("fails").send("[\"er\",{},\"no\"]").expectEnd();
    assertThat(failure(failing)).isInstanceOf(CallFailedException.class);
    awaitStats(client, new PoolStats(0, 0, 0, 0));
    assertThat(told()).contains("released " + WORKER + ", not kept");
    assertThat(told()).doesNotContain("lost " + WORKER + ", idle", "lost " + WORKER + ", busy");
    var dying = client.call("dies");
    peer.accept().greet().expectCall("dies").close();
    Throwable reason = failure(dying);
    assertThat(told()).endsWith("lost " + WORKER + ", busy", "dies WorkerDiedException");
    assertThat(((PoolEvent.CallEnded) events.getLast()).failure().orElseThrow()).isSameAs(reason);
    var slow =
        client
            .untyped()
            .with(CheckoutOptions.NONE.callTimeout(Duration.ofMillis(100)))
            .call("slow");
    peer.accept()
        .greet()
        .expectCall("slow")
        .expect("[\"ab\",{}]")
        .send("[\"er\",{\"ab\":1},\"aborted\"]");
    assertThat(failure(slow)).isInstanceOf(CallTimeoutException.class);
    assertThat(((PoolEvent.CallEnded) events.getLast()).ran())
        .isGreaterThanOrEqualTo(Duration.ofMillis(90));
  }

  @Test
  @DisplayName("P.36 the death of an idle worker, and attempts that fail, are told")
  void idleDeath() throws Exception {
    TaskClient client = start(heard().minWorkers(1));
    ScriptedPeer.Line line = peer.accept().greet();
    awaitStats(client, new PoolStats(1, 0, 1, 0));
    peer.close();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(told())
                .contains("lost " + WORKER + ", idle", "not connected: No such file or directory"));
    assertThat(line).isNotNull();
    assertThat(client.counters().deaths()).isEqualTo(1);
    assertThat(client.counters().connectFailures()).isGreaterThanOrEqualTo(1);
  }

  @Test
  @DisplayName("P.36 a listener that throws, an Error too, is logged and does no harm")
  void throwing() throws Exception {
    try (var log = new LogCapture()) {
      TaskClient client =
          start(
              toPeer()
                  .listener(event -> {
                    if (event instanceof PoolEvent.Connected) {
                      throw new IllegalStateException("mine");
                    }
                    throw new AssertionError("mine, too");
                  }));
      var call = client.call("x");
      ScriptedPeer.Line line = peer.accept().expectFirstCall("x").answer("1");
      assertThat(result(call)).isEqualTo(1L);
      line.expect("[\"dn\",{}]");
      awaitStats(client, new PoolStats(1, 0, 1, 0));
      assertThat(log.of("the pool's listener failed")).hasSize(4);
    }
  }

  @Test
  @DisplayName("P.36 a listener may call the client it hears of")
  void callsAgain() throws Exception {
    var again = new CompletableFuture<CompletableFuture<Object>>();
    var client = new CompletableFuture<TaskClient>();
    client.complete(
        start(
            toPeer()
                .listener(event -> {
                  if (event instanceof PoolEvent.CallEnded && !again.isDone()) {
                    again.complete(client.join().call("again"));
                  }
                })));
    var call = client.get().call("x");
    ScriptedPeer.Line line = peer.accept().expectFirstCall("x").answer("1").expect("[\"dn\",{}]");
    assertThat(result(call)).isEqualTo(1L);
    line.expectCall("again").answer("2");
    assertThat(result(again.get())).isEqualTo(2L);
  }

  @Test
  @DisplayName("P.36 each call is counted once, however it ended, and can be read after close")
  void counters() throws Exception {
    TaskClient client = start(toPeer().greet().maxQueue(2, QueuePolicy.REJECT));
    var hasty =
        client
            .untyped()
            .with(
                CheckoutOptions.NONE
                    .queueTimeout(Duration.ofSeconds(1))
                    .callTimeout(Duration.ofMillis(200)));
    var succeeded = client.call("a");
    var garbled = client.of(Counting.class).async(Counting::number);
    client.stats();
    var refused = client.call("refused");
    assertThat(failure(refused)).isInstanceOf(QueueFullException.class);
    ScriptedPeer.Line line = peer.accept().greet().expectCall("a").answer("1");
    result(succeeded);
    line.expect("[\"dn\",{}]").expectCall("number").answer("\"many\"").expect("[\"dn\",{}]");
    assertThat(failure(garbled)).isInstanceOf(ProtocolException.class);
    Checkout<Object> checkout = client.checkout();
    var failed = checkout.call("failed");
    var skipped = checkout.call("skipped");
    var notServed = hasty.call("notServed");
    line.expectCall("failed");
    assertThat(failure(notServed)).isInstanceOf(QueueTimeoutException.class);
    line.send("[\"er\",{},\"no\"]");
    assertThat(failure(failed)).isInstanceOf(CallFailedException.class);
    assertThat(failure(skipped)).isInstanceOf(CallSkippedException.class);
    checkout.close();
    assertThat(failure(checkout.call("closed"))).isInstanceOf(CheckoutClosedException.class);
    var died = client.call("died");
    peer.accept().greet().expectCall("died").close();
    assertThat(failure(died)).isInstanceOf(WorkerDiedException.class);
    var timedOut = hasty.call("timedOut");
    peer.accept().greet().expectCall("timedOut").expect("[\"ab\",{}]").close();
    assertThat(failure(timedOut)).isInstanceOf(CallTimeoutException.class);
    var cancelled = client.call("cancelled");
    line = peer.accept().greet().expectCall("cancelled");
    cancelled.cancel(true);
    line.expect("[\"ab\",{}]").close();
    var retried = client.call("retried");
    peer.accept().greet().reset();
    peer.accept().greet().expectCall("retried").answer("2");
    assertThat(result(retried)).isEqualTo(2L);
    var closed = client.call("closed");
    client.close();
    assertThat(failure(closed)).isInstanceOf(CheckoutClosedException.class);
    PoolCounters all = client.counters();
    assertThat(all).isEqualTo(new PoolCounters(6, 0, 9, 2, 1, 12, 2, 1, 1, 1, 1, 1, 1, 1, 2, 1));
    assertThat(all.ended()).isEqualTo(all.calls());
    assertThat(client.counters()).isEqualTo(all);
  }

  interface Counting {
    int number();
  }

  @Test
  @DisplayName(
      "P.36 a call that is cancelled while its end is still being found out is counted once")
  void cancelledWhileDying() throws Exception {
    var asked = new CompletableFuture<Optional<String>>();
    var isAsked = new CompletableFuture<Boolean>();
    var link =
        new SupervisorLink() {
          @Override
          public CompletableFuture<Optional<WorkerExit>> exitOf(String workerId) {
            return SupervisorLink.NONE.exitOf(workerId);
          }

          @Override
          public void kill(String workerId, String reason) {}

          @Override
          public CompletableFuture<Optional<String>> trouble() {
            isAsked.complete(true);
            return asked;
          }
        };
    TaskClient client = start(heard().supervisor(link));
    try (Checkout<Object> holder = client.checkout()) {
      granted(client, "ab");
      var call =
          client.untyped().with(CheckoutOptions.NONE.timeout(Duration.ofMillis(50))).call("x");
      result(isAsked);
      call.cancel(true);
      client.stats();
      asked.complete(Optional.empty());
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(client.counters().ended()).isEqualTo(1));
      client.stats();
      assertThat(client.counters().ended()).isEqualTo(client.counters().calls());
      assertThat(told().stream().filter(event -> event.startsWith("x "))).hasSize(1);
      assertThat(holder).isNotNull();
    }
  }
}
