package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.WorkerExit;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.20 to P.30 Clocks, to the millisecond, on a clock that the test moves")
class VirtualTimeTest {
  private static final Duration FULL = Duration.ofSeconds(4);
  private final SimulatedLoop loop = SimulatedLoop.patient();
  private final ManualServer server = new ManualServer(loop);
  private final List<String> killed = new ArrayList<>();
  private boolean knows = true;

  private TaskClient.Builder toServer() {
    Address address = new Address.Unix(Path.of("/s"));
    loop.listen(address, server);
    return TaskClient.builder().connect(address).name("t").minWorkers(0).maxWorkers(1);
  }

  private TaskClient start(TaskClient.Builder builder) {
    TaskClient client = builder.build(loop, new SplittableRandom(1));
    loop.settle();
    return client;
  }

  private void pass(Duration time) {
    loop.runFor(time.toNanos());
  }

  private void passMillis(long millis) {
    pass(Duration.ofMillis(millis));
  }

  private static Throwable failure(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    return future.exceptionNow();
  }

  private PoolStats stats(TaskClient client) {
    return loop.inside(client::stats);
  }

  @Test
  @DisplayName("P.24 a call made in a callback has a deadline of its own, in full")
  void deadlineInACallback() {
    TaskClient client = start(toServer().greet().timeout(FULL));
    Checkout<Object> checkout = client.checkout();
    var second = new AtomicReference<CompletableFuture<Object>>();
    checkout.call("first").thenRun(() -> second.set(checkout.call("second")));
    loop.settle();
    server.greet(0, "ab");
    passMillis(3_000);
    assertThat(server.heard(0)).endsWith("[\"do\",{},\"first\"]");
    server.say(0, "[\"ok\",{},1]");
    assertThat(server.heard(0)).isEqualTo("[\"do\",{},\"second\"]");
    passMillis(3_999);
    assertThat(server.heard(0)).isEmpty();
    passMillis(2);
    assertThat(server.heard(0)).isEqualTo("[\"ab\",{}]");
    server.end(0);
    assertThat(failure(second.get())).isInstanceOf(CallTimeoutException.class);
  }

  @Test
  @DisplayName("P.24 a call that waits behind another has its deadline from the other's answer")
  void deadlineBehindAnother() {
    TaskClient client = start(toServer().greet().timeout(FULL));
    Checkout<Object> checkout = client.checkout();
    checkout.call("first");
    var second = checkout.call("second");
    loop.settle();
    server.greet(0, "ab");
    passMillis(3_999);
    server.say(0, "[\"ok\",{},1]");
    passMillis(3_999);
    assertThat(second).isNotDone();
    assertThat(server.heard(0)).doesNotContain("ab\",{}");
    passMillis(2);
    assertThat(server.heard(0)).isEqualTo("[\"ab\",{}]");
    server.end(0);
    assertThat(failure(second)).isInstanceOf(CallTimeoutException.class);
  }

  @Test
  @DisplayName("P.24 a call sent ahead is told of its full time, and has it from the answer before")
  void deadlineInAPipeline() {
    TaskClient client = start(toServer().greet().timeout(FULL));
    Checkout<Object> checkout = client.checkout();
    checkout.call("first");
    passMillis(1_000);
    server.greet(0, "ab", "dl", "pipe");
    assertThat(server.heard(0)).endsWith("[\"do\",{\"dl\":2999},\"first\"]");
    var second = checkout.call("second");
    assertThat(server.heard(0)).isEqualTo("[\"do\",{\"dl\":4000},\"second\"]");
    passMillis(2_000);
    server.say(0, "[\"ok\",{},1]");
    passMillis(3_999);
    assertThat(server.heard(0)).isEmpty();
    passMillis(2);
    assertThat(server.heard(0)).isEqualTo("[\"ab\",{}]");
    server.end(0);
    assertThat(failure(second)).isInstanceOf(CallTimeoutException.class);
  }

  @Test
  @DisplayName("P.25 an abort has 250 ms to begin, then the supervisor is asked to kill")
  void abortUnanswered() {
    var call = expired();
    passMillis(249);
    assertThat(call).isNotDone();
    passMillis(2);
    assertThat(failure(call)).isInstanceOf(CallTimeoutException.class);
    assertThat(killed).singleElement().asString().contains("w(0)", "nor had the abort");
    assertThat(server.isClosed(0)).isTrue();
  }

  @Test
  @DisplayName("P.25 a dump that has begun is awaited for up to a second")
  void slowDump() {
    var call = expired();
    passMillis(249);
    server.say(0, "[\"er\",{\"ab\":1,");
    passMillis(749);
    assertThat(call).isNotDone();
    server.say(0, "\"dump\":\"slow\"},\"aborted\"]");
    assertThat(((CallTimeoutException) failure(call)).threadDump()).contains("slow");
    assertThat(killed).isEmpty();
  }

  @Test
  @DisplayName("P.25 a dump that has no end is not waited for longer than a second")
  void endlessDump() {
    var call = expired();
    server.say(0, "[\"er\",{\"ab\":1,");
    passMillis(999);
    assertThat(call).isNotDone();
    passMillis(2);
    assertThat(((CallTimeoutException) failure(call)).threadDump()).isEmpty();
    assertThat(killed).hasSize(1);
  }

  /** A call whose abort has just been sent. */
  private CompletableFuture<Object> expired() {
    TaskClient client = start(toServer().greet().timeout(FULL).supervisor(new Supervisor()));
    var call = client.call("spin");
    loop.settle();
    server.greet(0, "ab");
    pass(FULL);
    assertThat(server.heard(0)).endsWith("[\"ab\",{}]");
    return call;
  }

  @Test
  @DisplayName("P.25 a supervisor that does not say how the worker ended is waited for 200 ms")
  void silentSupervisor() {
    knows = false;
    TaskClient client = start(toServer().greet().supervisor(new Supervisor()));
    var call = client.call("x");
    loop.settle();
    server.greet(0, "ab");
    server.heard(0);
    server.end(0);
    passMillis(199);
    assertThat(call).isNotDone();
    passMillis(2);
    assertThat(failure(call)).isInstanceOf(WorkerDiedException.class);
  }

  @Test
  @DisplayName("P.24 queueTimeout ends the wait, callTimeout the run, timeout both together")
  void threeLimits() {
    TaskClient client =
        start(toServer().timeout(FULL).queueTimeout(FULL.dividedBy(2)).callTimeout(FULL));
    Checkout<Object> holder = client.checkout();
    loop.settle();
    var queued = client.call("queued");
    passMillis(1_999);
    assertThat(queued).isNotDone();
    passMillis(2);
    assertThat(failure(queued)).isInstanceOf(QueueTimeoutException.class);
    var both = client.call("both");
    passMillis(1_500);
    holder.close();
    passMillis(2_499);
    assertThat(both).isNotDone();
    passMillis(2);
    assertThat(failure(both)).isInstanceOf(CallTimeoutException.class);
    CheckoutOptions run = CheckoutOptions.NONE.callTimeout(Duration.ofSeconds(1));
    var running = client.untyped().with(run).call("running");
    passMillis(1_300); // the connection before was closed with its call
    assertThat(failure(running)).isInstanceOf(CallTimeoutException.class);
  }

  @Test
  @DisplayName("P.21 reconnects after 0.2 s, then each second, jittered, one attempt at a time")
  void reconnect() {
    server.refusal = "Connection refused";
    TaskClient client = start(toServer().greet().maxWorkers(20).timeout(Duration.ZERO));
    for (int i = 0; i < 50; i++) {
      client.call("x" + i);
    }
    pass(Duration.ofSeconds(20));
    List<Long> at = server.attempts;
    assertThat(at).hasSizeBetween(18, 24);
    assertThat(at.get(1) - at.get(0)).isCloseTo(200_000_000L, within(20_100_000L));
    for (int i = 2; i < at.size(); i++) {
      assertThat(at.get(i) - at.get(i - 1)).isCloseTo(1_000_000_000L, within(100_100_000L));
    }
    server.refusal = null;
    passMillis(1_200);
    assertThat(server.connections()).isEqualTo(1);
    assertThat(stats(client).waiting()).isEqualTo(50); // it has yet to be accepted
  }

  @Test
  @DisplayName(
      "P.22 workers beyond the minimum are given back after idleTimeout, the coldest first")
  void idleTimeout() {
    TaskClient client = start(toServer().minWorkers(1).maxWorkers(3));
    var taken = List.of(client.checkout(), client.checkout(), client.checkout());
    passMillis(10);
    assertThat(stats(client)).isEqualTo(new PoolStats(3, 3, 0, 0));
    for (Checkout<Object> each : taken) {
      each.close();
      passMillis(10_000);
    }
    pass(TaskClient.DEFAULT_IDLE_TIMEOUT.minusSeconds(31));
    assertThat(stats(client).idle()).isEqualTo(3);
    passMillis(1_001);
    assertThat(stats(client).idle()).isEqualTo(2);
    passMillis(10_001);
    assertThat(stats(client).idle()).isEqualTo(1);
    pass(Duration.ofHours(1));
    assertThat(stats(client)).isEqualTo(new PoolStats(1, 0, 1, 0));
  }

  @Test
  @DisplayName("P.30 three deaths within ten minutes, and it is refused for ten minutes")
  void poison() {
    TaskClient client = start(toServer().timeout(Duration.ZERO));
    kill(client);
    kill(client);
    pass(Duration.ofMinutes(10).plusSeconds(1));
    kill(client); // the first two are forgotten
    kill(client);
    kill(client);
    var refused = client.call("bad");
    loop.settle();
    assertThat(failure(refused)).isInstanceOf(PoisonedCallException.class);
    pass(Duration.ofMinutes(10).minusSeconds(2));
    var still = client.call("bad");
    loop.settle();
    assertThat(failure(still)).isInstanceOf(PoisonedCallException.class);
    pass(Duration.ofSeconds(3));
    kill(client);
    assertThat(stats(client).active()).isZero(); // what is refused takes no worker
  }

  private void kill(TaskClient client) {
    int next = server.connections();
    var call = client.call("bad");
    passMillis(0);
    if (server.connections() == next) {
      passMillis(1_200); // a worker that was never heard may not have been one
    }
    server.heard(next);
    server.end(next);
    assertThat(failure(call)).isInstanceOf(WorkerDiedException.class);
  }

  @Test
  @DisplayName("P.28 a call that is cancelled on the loop before the loop has it is never sent")
  void cancelledBeforeSent() {
    TaskClient client = start(toServer());
    var call = client.call("x");
    loop.inside(() -> call.cancel(true));
    passMillis(10);
    assertThat(server.connections()).isEqualTo(0);
    assertThat(stats(client)).isEqualTo(new PoolStats(0, 0, 0, 0));
    assertThat(loop.inside(client::counters).cancelled()).isEqualTo(1);
  }

  @Test
  @DisplayName("P.36 a worker that the client itself lets go of is no failure to connect, no death")
  void ownEnds() {
    TaskClient client = start(toServer().timeout(FULL));
    Checkout<Object> checkout = client.checkout();
    loop.settle();
    checkout.abort("changed my mind");
    loop.settle();
    var late = client.call("late");
    loop.settle();
    assertThat(server.connections()).isEqualTo(2); // at once: nothing has failed
    pass(FULL.plusMillis(1));
    assertThat(failure(late)).isInstanceOf(CallTimeoutException.class);
    PoolCounters counters = loop.inside(client::counters);
    assertThat(counters.connectFailures()).isZero();
    assertThat(counters.deaths()).isZero();
    assertThat(client.core().connectFailure()).isNull();
  }

  /** Says nothing of how a worker ended, now or ever. */
  private final class Supervisor implements SupervisorLink {
    @Override
    public CompletableFuture<Optional<WorkerExit>> exitOf(String workerId) {
      return knows
          ? CompletableFuture.completedFuture(Optional.empty())
          : new CompletableFuture<>();
    }

    @Override
    public void kill(String workerId, String reason) {
      killed.add(workerId + ": " + reason);
    }

    @Override
    public CompletableFuture<Optional<String>> trouble() {
      return CompletableFuture.completedFuture(Optional.empty());
    }
  }
}
