package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.context.Deadline;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.24 What is left of a deadline travels, and is inherited")
class InheritedDeadlineTest extends ScriptedTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  interface Task {
    long run();
  }

  private TaskClient greeting(Duration timeout) {
    return start(toPeer().greet().timeout(timeout));
  }

  private static void wait(Duration time) {
    long begun = System.nanoTime();
    await().atMost(PATIENCE).until(() -> System.nanoTime() - begun > time.toNanos());
  }

  @Test
  @DisplayName("P.24 what is left of the timeout goes with the call, the wait taken off")
  void timeLeft() throws Exception {
    TaskClient client = greeting(MINUTE);
    Checkout<Object> holder = client.checkout();
    ScriptedPeer.Line line = granted(client, "dl");
    var call = client.call("x");
    wait(SHORT);
    holder.close();
    assertThat(line.expectTimed("x")).isBetween(30_000, 59_700);
    line.answer("1");
    assertThat(result(call)).isEqualTo(1L);
  }

  @Test
  @DisplayName("P.24 nothing is said of a deadline that is none, nor to who did not ask for it")
  void notSaid() throws Exception {
    TaskClient endless = greeting(Duration.ZERO);
    var call = endless.call("x");
    peer.accept().greet(ScriptedPeer.worker("dl")).expectCall("x").answer("1");
    assertThat(result(call)).isEqualTo(1L);
    TaskClient client = greeting(MINUTE);
    var other = client.call("y");
    peer.accept().greet(ScriptedPeer.worker("ab")).expectCall("y").answer("2");
    assertThat(result(other)).isEqualTo(2L);
  }

  @Test
  @DisplayName("P.24 nothing is said in the first call to a worker that has not announced it yet")
  void notBeforeAnnounced() throws Exception {
    TaskClient client = start(toPeer().timeout(MINUTE));
    Checkout<Object> checkout = client.checkout();
    var first = checkout.call("first");
    ScriptedPeer.Line line = peer.accept().expectFirstCall("first");
    line.send("[\"ok\"," + ScriptedPeer.worker("dl") + ",1]");
    result(first);
    var second = checkout.call("second");
    assertThat(line.expectTimed("second")).isBetween(30_000, 60_000);
    line.answer("2");
    assertThat(result(second)).isEqualTo(2L);
  }

  @Test
  @DisplayName("P.24 behind another in a pipeline it is the full limit: it starts at dispatch")
  void fullBehindAnother() throws Exception {
    TaskClient client =
        start(
            TaskClient.builder()
                .connect(peer.address())
                .name("t")
                .minWorkers(0)
                .maxWorkers(1)
                .timeout(MINUTE)
                .callTimeout(MINUTE.minusSeconds(1))
                .greet());
    Checkout<Object> checkout = client.checkout();
    ScriptedPeer.Line line = granted(client, "dl", "pipe");
    checkout.call("head");
    assertThat(line.expectTimed("head")).isLessThanOrEqualTo(59_000);
    wait(SHORT);
    checkout.call("behind");
    assertThat(line.expectTimed("behind")).isEqualTo(59_000);
    Deadline.in(Duration.ofSeconds(30)).during(() -> checkout.call("bound"));
    assertThat(line.expectTimed("bound")).isBetween(10_000, 30_000);
  }

  @Test
  @DisplayName("P.24 a call made under a deadline ends with it, however much the client allows")
  void inherited() throws Exception {
    TaskClient client = greeting(MINUTE);
    CompletableFuture<Object> call = Deadline.in(SHORT).during(() -> client.call("x"));
    ScriptedPeer.Line line = peer.accept().greet(ScriptedPeer.worker("ab", "dl"));
    assertThat(line.expectTimed("x")).isBetween(1, 300);
    line.expect("[\"ab\",{}]").send("[\"er\",{\"ab\":1},\"aborted\"]");
    assertThat(failure(call)).isInstanceOf(CallTimeoutException.class);
  }

  @Test
  @DisplayName("P.24 so does one that waits for a worker, and one that blocks its caller")
  void inheritedInTheQueue() throws Exception {
    TaskClient client = greeting(MINUTE);
    try (Checkout<Object> holder = client.checkout()) {
      granted(client, "ab", "dl");
      CompletableFuture<Object> call = Deadline.in(SHORT).during(() -> client.call("x"));
      assertThat(failure(call)).isInstanceOf(QueueTimeoutException.class);
      Task task = client.of(Task.class).sync();
      var blocked = CompletableFuture.supplyAsync(() -> Deadline.in(SHORT).during(task::run));
      assertThat(failure(blocked)).isInstanceOf(QueueTimeoutException.class);
      assertThat(holder).isNotNull();
    }
  }

  @Test
  @DisplayName("P.24 the client's own timeout counts where it is the smaller one")
  void ownIsSmaller() throws Exception {
    TaskClient client = greeting(SHORT);
    CompletableFuture<Object> call = Deadline.in(MINUTE).during(() -> client.call("x"));
    peer.accept().greet().expectCall("x").expect("[\"ab\",{}]").close();
    assertThat(failure(call)).isInstanceOf(CallTimeoutException.class);
  }

  @Test
  @DisplayName("P.24 a call under a deadline that is over is refused at once; its checkout lives")
  void over() throws Exception {
    TaskClient client = greeting(MINUTE);
    Checkout<Object> checkout = client.checkout();
    ScriptedPeer.Line line = granted(client, "ab");
    CompletableFuture<Object> late = Deadline.in(Duration.ZERO).during(() -> checkout.call("late"));
    assertThat(failure(late))
        .isInstanceOf(QueueTimeoutException.class)
        .hasMessageContaining("the deadline that it was made under is over");
    var next = checkout.call("next");
    line.expectCall("next").answer("1");
    assertThat(result(next)).isEqualTo(1L);
    checkout.close();
    line.expect("[\"dn\",{}]");
    awaitStats(client, new PoolStats(1, 0, 1, 0));
  }

  @Test
  @DisplayName("P.24 a call without a checkout under a deadline that is over takes no worker away")
  void overAndAlone() throws Exception {
    TaskClient client = start(toPeer().greet().minWorkers(1));
    ScriptedPeer.Line line = peer.accept().greet();
    awaitStats(client, new PoolStats(1, 0, 1, 0));
    CompletableFuture<Object> late = Deadline.in(Duration.ZERO).during(() -> client.call("late"));
    assertThat(failure(late)).isInstanceOf(QueueTimeoutException.class);
    assertThat(client.stats()).isEqualTo(new PoolStats(1, 0, 1, 0));
    var next = client.call("next");
    line.expectCall("next").answer("1");
    assertThat(result(next)).isEqualTo(1L);
  }

  @Test
  @DisplayName("P.24 a call whose deadline passes behind another is never sent; the next one is")
  void overBehindAnother() throws Exception {
    TaskClient client = greeting(MINUTE);
    Checkout<Object> checkout = client.checkout();
    ScriptedPeer.Line line = granted(client, "ab");
    var first = checkout.call("first");
    line.expectCall("first");
    CompletableFuture<Object> late = Deadline.in(SHORT).during(() -> checkout.call("late"));
    wait(SHORT);
    line.answer("1");
    assertThat(result(first)).isEqualTo(1L);
    assertThat(failure(late)).isInstanceOf(QueueTimeoutException.class);
    var next = checkout.call("next");
    line.expectCall("next").answer("2");
    assertThat(result(next)).isEqualTo(2L);
  }
}
