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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("P.24, P.25, P.26 Deadlines, aborts and what they clear")
class DeadlineTest extends ScriptedTest {
  private static final Duration SHORT = Duration.ofSeconds(1);
  private final List<String> killed = new CopyOnWriteArrayList<>();

  /** Takes down what the client asks for. */
  private final SupervisorLink supervisor =
      new SupervisorLink() {
        @Override
        public CompletableFuture<Optional<WorkerExit>> exitOf(String workerId) {
          return SupervisorLink.NONE.exitOf(workerId);
        }

        @Override
        public void kill(String workerId, String reason) {
          killed.add(workerId + ": " + reason);
        }

        @Override
        public CompletableFuture<Optional<String>> trouble() {
          return CompletableFuture.completedFuture(Optional.of("setup fails"));
        }
      };

  private TaskClient greeting() {
    return start(toPeer().greet().timeout(SHORT).supervisor(supervisor));
  }

  @Test
  @DisplayName("P.25 a call past its deadline in the queue leaves it, with counts and the trouble")
  void queueDeadline() throws Exception {
    TaskClient client = greeting();
    Checkout<Object> holder = client.checkout();
    ScriptedPeer.Line line = peer.accept().greet();
    awaitStats(client, new PoolStats(1, 1, 0, 0));
    Checkout<Object> waiting = client.checkout();
    var call = waiting.call("x");
    var behind = waiting.call("y");
    assertThat(failure(call))
        .isInstanceOfSatisfying(
            QueueTimeoutException.class, e -> assertThat(e.queued()).isGreaterThanOrEqualTo(SHORT))
        .hasMessageContaining("x waited")
        .hasMessageContaining("active=1")
        .hasMessageContaining("setup fails");
    assertThat(failure(behind)).isInstanceOf(CallSkippedException.class);
    assertThat(failure(waiting.call("z"))).isInstanceOf(QueueTimeoutException.class);
    var held = holder.call("held");
    line.expectCall("held").answer("1");
    assertThat(result(held)).isEqualTo(1L);
    holder.close();
    awaitStats(client, new PoolStats(1, 0, 1, 0));
  }

  @Test
  @DisplayName("P.25 a call made where another's deadline is told delays nobody's")
  void deadlineInDeadline() throws Exception {
    peer.close(); // nothing answers, so all of this happens on the loop at once
    TaskClient client = start(toPeer().minWorkers(0).timeout(SHORT.multipliedBy(3)));
    var first = client.call("first");
    var again = first.handle((x, e) -> client.call("again"));
    await().until(() -> client.connectFailure().get().isPresent());
    var second = client.call("second");
    assertThat(failure(second))
        .isInstanceOfSatisfying(
            ConnectException.class, e -> assertThat(e.queued()).isLessThan(SHORT.multipliedBy(5)));
    assertThat(failure(again.get())).isInstanceOf(ConnectException.class);
  }

  @Test
  @DisplayName("P.25 a call past its deadline is aborted, its exception carries the dump")
  void abortWithDump() throws Exception {
    TaskClient client = greeting();
    Checkout<Object> checkout = client.checkout();
    var call = checkout.call("spin");
    var behind = checkout.call("next");
    ScriptedPeer.Line line = peer.accept().greet().expectCall("spin").expect("[\"ab\",{}]");
    line.send("[\"er\",{\"ab\":1,\"dump\":\"main: at Spin.spin\"},\"aborted\"]");
    assertThat(failure(call))
        .isInstanceOfSatisfying(
            CallTimeoutException.class,
            e -> {
              assertThat(e.method()).isEqualTo("spin");
              assertThat(e.threadDump()).contains("main: at Spin.spin");
              assertThat(e.running()).isGreaterThanOrEqualTo(SHORT.minusMillis(150));
              assertThat(e).hasMessageContainingAll("w(1)", "4711", "Spin.spin", "killed");
            });
    line.expectEnd();
    assertThat(failure(behind))
        .isInstanceOf(CallSkippedException.class)
        .hasCauseInstanceOf(CallTimeoutException.class);
    long asked = System.nanoTime();
    assertThat(failure(checkout.call("later"))).isInstanceOf(CallTimeoutException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(SHORT);
    checkout.close();
    assertThat(killed).isEmpty();
    var fresh = client.call("fresh");
    peer.accept().greet().expectCall("fresh").answer("1");
    assertThat(result(fresh)).isEqualTo(1L);
  }

  @Test
  @DisplayName("P.25 a peer that never announced ab is closed at the deadline, and sent nothing")
  void noAbort() throws Exception {
    TaskClient client = start(toPeer().timeout(SHORT));
    var call = client.call("x");
    ScriptedPeer.Line line = peer.accept().expectFirstCall("x");
    assertThat(failure(call))
        .isInstanceOf(CallTimeoutException.class)
        .hasMessageContaining("no thread dump");
    line.expectEnd();
  }

  @Test
  @DisplayName("P.25 an abort that is not answered ends in a kill by the supervisor")
  void abortUnanswered() throws Exception {
    TaskClient client = greeting();
    var call = client.call("x");
    ScriptedPeer.Line line = peer.accept().greet().expectCall("x").expect("[\"ab\",{}]");
    long asked = System.nanoTime();
    line.expectEnd();
    assertThat(Duration.ofNanos(System.nanoTime() - asked)).isGreaterThan(Duration.ofMillis(150));
    assertThat(failure(call)).isInstanceOf(CallTimeoutException.class);
    assertThat(killed).singleElement().asString().startsWith("w(1): x had no answer");
  }

  @Test
  @DisplayName("P.25 a dump that never ends is not waited for")
  void endlessDump() throws Exception {
    TaskClient client = greeting();
    var call = client.call("x");
    ScriptedPeer.Line line = peer.accept().greet().expectCall("x").expect("[\"ab\",{}]");
    line.send("[\"er\",{\"ab\":1,");
    assertThat(((CallTimeoutException) failure(call)).threadDump()).isEmpty();
    line.expectEnd();
    assertThat(killed).hasSize(1);
  }

  @Test
  @DisplayName("P.25 a reply that crosses the abort does not make the call answered, nor a fault")
  void replyCrossesAbort() throws Exception {
    TaskClient client = greeting();
    var call = client.call("x");
    ScriptedPeer.Line line = peer.accept().greet().expectCall("x").expect("[\"ab\",{}]");
    line.answer("1").send("[\"er\",{\"ab\":1,\"dump\":\"idle\"},\"aborted\"]");
    assertThat(((CallTimeoutException) failure(call)).threadDump()).contains("idle");
    line.expectEnd();
  }

  @ParameterizedTest
  @ValueSource(strings = {"garbage", "[\"hi\",{}]", "end", "reset"})
  @DisplayName("P.25 whatever answers the abort, the caller hears of the deadline")
  void badAbortAnswers(String answer) throws Exception {
    TaskClient client = greeting();
    var call = client.call("x");
    ScriptedPeer.Line line = peer.accept().greet().expectCall("x");
    switch (answer) {
      case "reset" -> line.reset();
      case "end" -> line.expect("[\"ab\",{}]").close();
      default -> line.expect("[\"ab\",{}]").send(answer);
    }
    assertThat(failure(call)).isInstanceOf(CallTimeoutException.class);
  }

  @Test
  @DisplayName("P.20 a timeout of zero is none")
  void noTimeout() throws Exception {
    TaskClient client = start(toPeer().timeout(Duration.ZERO));
    var call = client.call("x");
    ScriptedPeer.Line line = peer.accept().expectFirstCall("x");
    await()
        .during(Duration.ofMillis(500))
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(call).isNotDone());
    line.answer("1");
    assertThat(result(call)).isEqualTo(1L);
  }

  @Test
  @DisplayName("P.26 an error clears the waiting calls; the worker stays for the checkout")
  void errorClears() throws Exception {
    TaskClient client = client();
    Checkout<Object> checkout = client.checkout();
    var first = checkout.call("first");
    var second = checkout.call("second");
    var third = checkout.call("third");
    ScriptedPeer.Line line = peer.accept().expectFirstCall("first").send("[\"er\",{},\"no\"]");
    assertThat(failure(first)).isInstanceOf(CallFailedException.class);
    for (CompletableFuture<Object> skipped : List.of(second, third)) {
      assertThat(failure(skipped))
          .isInstanceOf(CallSkippedException.class)
          .hasCauseInstanceOf(CallFailedException.class);
    }
    var rollback = checkout.call("rollback");
    line.expectCall("rollback").answer("null");
    assertThat(result(rollback)).isNull();
    checkout.close();
    line.expectEnd();
  }
}
