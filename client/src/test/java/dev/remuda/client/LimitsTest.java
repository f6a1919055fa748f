package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.20, P.24 The three limits, and settings that cannot be")
class LimitsTest extends ScriptedTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofSeconds(60);
  private final List<Checkout<Object>> held = new ArrayList<>();

  private static void wait(Duration time) {
    long begun = System.nanoTime();
    await().atMost(PATIENCE).until(() -> System.nanoTime() - begun > time.toNanos());
  }

  /** The client's only worker, held by a checkout that does nothing. */
  private void hold(TaskClient client) throws Exception {
    held.add(client.checkout());
    granted(client, "ab");
  }

  @Test
  @DisplayName("P.24 a queueTimeout alone ends the wait for a worker, and never a call that runs")
  void queueTimeoutAlone() throws Exception {
    TaskClient client = start(toPeer(CheckoutOptions.NONE.queueTimeout(SHORT)));
    Checkout<Object> holder = client.checkout();
    ScriptedPeer.Line line = granted(client, "ab");
    var waits = client.call("waits");
    assertThat(failure(waits))
        .isInstanceOfSatisfying(
            QueueTimeoutException.class, e -> assertThat(e.queued()).isGreaterThanOrEqualTo(SHORT));
    var runs = holder.call("runs");
    line.expectCall("runs");
    wait(SHORT.multipliedBy(2));
    line.answer("1");
    assertThat(result(runs)).isEqualTo(1L);
  }

  @Test
  @DisplayName("P.24 a callTimeout alone ends a call that runs, and never the wait for a worker")
  void callTimeoutAlone() throws Exception {
    TaskClient client = start(toPeer(CheckoutOptions.NONE.callTimeout(SHORT)));
    Checkout<Object> holder = client.checkout();
    ScriptedPeer.Line line = granted(client, "ab");
    var call = client.call("x");
    wait(SHORT.multipliedBy(2));
    assertThat(call).isNotDone();
    holder.close();
    line.expectCall("x").expect("[\"ab\",{}]").send("[\"er\",{\"ab\":1},\"aborted\"]");
    assertThat(failure(call))
        .isInstanceOfSatisfying(
            CallTimeoutException.class,
            e -> {
              assertThat(e.queued()).isGreaterThanOrEqualTo(SHORT.multipliedBy(2));
              assertThat(e.running()).isGreaterThanOrEqualTo(SHORT);
            });
  }

  @Test
  @DisplayName("P.24 of queueTimeout and callTimeout together each counts for its own part")
  void bothParts() throws Exception {
    TaskClient client = start(toPeer(CheckoutOptions.NONE.queueTimeout(LONG).callTimeout(SHORT)));
    Checkout<Object> holder = client.checkout();
    ScriptedPeer.Line line = granted(client, "ab");
    var call = client.call("x");
    wait(SHORT.multipliedBy(2));
    holder.close();
    line.expectCall("x").expect("[\"ab\",{}]").close();
    assertThat(failure(call)).isInstanceOf(CallTimeoutException.class);
  }

  @Test
  @DisplayName("P.24 the timeout counts both parts together, and the smaller limit ends either")
  void timeoutInAll() throws Exception {
    Duration all = SHORT.multipliedBy(4);
    TaskClient client =
        start(toPeer(CheckoutOptions.NONE.timeout(all).queueTimeout(all).callTimeout(all)));
    Checkout<Object> holder = client.checkout();
    ScriptedPeer.Line line = granted(client, "ab");
    var call = client.call("x");
    wait(SHORT);
    holder.close();
    line.expectCall("x").expect("[\"ab\",{}]").close();
    assertThat(failure(call))
        .isInstanceOfSatisfying(
            CallTimeoutException.class,
            e -> {
              assertThat(e.queued().plus(e.running())).isGreaterThanOrEqualTo(all);
              assertThat(e.running())
                  .isLessThan(e.queued().plus(e.running()).minus(SHORT.dividedBy(2)));
            });
  }

  @Test
  @DisplayName("P.24 a queueTimeout below the timeout ends the wait first")
  void queueTimeoutFirst() throws Exception {
    TaskClient client = start(toPeer(CheckoutOptions.NONE.timeout(LONG).queueTimeout(SHORT)));
    hold(client);
    long begun = System.nanoTime();
    assertThat(failure(client.call("x"))).isInstanceOf(QueueTimeoutException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(PATIENCE);
  }

  @Test
  @DisplayName("P.20 limits given for a checkout replace all of the client's")
  void limitsOfACheckout() throws Exception {
    TaskClient client = start(toPeer(CheckoutOptions.NONE.queueTimeout(SHORT)));
    TypedClient<Object> patient = client.untyped().with(CheckoutOptions.NONE.callTimeout(LONG));
    Checkout<Object> own = patient.checkout();
    ScriptedPeer.Line line = granted(client, "ab");
    var waits = patient.call("waits");
    assertThat(failure(client.call("short"))).isInstanceOf(QueueTimeoutException.class);
    wait(SHORT);
    assertThat(waits).isNotDone();
    own.close();
    line.expectCall("waits").answer("1");
    assertThat(result(waits)).isEqualTo(1L);
    line.expect("[\"dn\",{}]");
    CompletableFuture<Object> hurried =
        client.untyped().with(CheckoutOptions.NONE.callTimeout(SHORT)).call("hurried");
    line.expectCall("hurried").expect("[\"ab\",{}]").close();
    assertThat(failure(hurried)).isInstanceOf(CallTimeoutException.class);
  }

  @Test
  @DisplayName("P.20 a checkout that asks for no limit keeps the client's, and zero is none")
  void limitsAreKept() throws Exception {
    TaskClient client = start(toPeer(CheckoutOptions.NONE.timeout(SHORT)));
    hold(client);
    var same = client.untyped().with(CheckoutOptions.NONE.keepAfterError(true)).call("x");
    var endless = client.untyped().with(CheckoutOptions.NONE.timeout(Duration.ZERO)).call("y");
    assertThat(failure(same)).isInstanceOf(QueueTimeoutException.class);
    wait(SHORT);
    assertThat(endless).isNotDone();
  }

  @Test
  @DisplayName("P.20 limits that contradict each other are all named, with their values")
  void contradictions() {
    CheckoutOptions options =
        CheckoutOptions.NONE
            .timeout(Duration.ofSeconds(1))
            .queueTimeout(Duration.ofSeconds(2))
            .callTimeout(Duration.ofSeconds(3));
    assertThatThrownBy(() -> toPeer(options).maxWorkers(0).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "maxWorkers is at least 1, not 0;"
                + " queueTimeout of PT2S can never be reached, since timeout is PT1S in all;"
                + " callTimeout of PT3S can never be reached, since timeout is PT1S in all");
    TaskClient client = client();
    assertThatThrownBy(() -> client.untyped().with(options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("queueTimeout of PT2S", "callTimeout of PT3S");
  }

  @Test
  @DisplayName(
      "P.20 limits of less than nothing, or past any clock, are all named with their values")
  void impossibleLimits() {
    CheckoutOptions options =
        CheckoutOptions.NONE
            .timeout(Duration.ofMillis(-1))
            .queueTimeout(Duration.ofDays(36_501))
            .callTimeout(Duration.ofNanos(-1));
    assertThatThrownBy(() -> toPeer(options).autopsyTimeout(Duration.ofSeconds(61)).build())
        .hasMessageContaining("autopsyTimeout is positive, up to 1 minute, not PT1M1S");
    assertThatThrownBy(() -> toPeer(options).idleTimeout(Duration.ZERO).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(
            "timeout is positive, or zero for none, not PT-0.001S",
            "queueTimeout is at most PT876000H, or zero for none, not PT876024H",
            "callTimeout is positive, or zero for none, not PT-0.000000001S",
            "idleTimeout is positive, not PT0S");
  }

  @Test
  @DisplayName("P.20 no address, one given twice, and rules that cannot be, are named at once")
  void otherSettings() {
    assertThatThrownBy(
            () -> TaskClient.builder().maxQueue(-1, QueuePolicy.REJECT).maxCheckouts(-2).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(
            "connect(ADDRESS) is missing",
            "maxQueue is at least 0, not -1",
            "maxCheckouts is at least 0, not -2");
    Address same = Address.parse("unix:/run/a.sock");
    var rule = new PoisonRule(0, Duration.ZERO, Duration.ofSeconds(-1));
    assertThatThrownBy(() -> TaskClient.builder().connect(same, same).poison(rule).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(
            "an address is given twice: [unix:/run/a.sock, unix:/run/a.sock]",
            "poison deaths is at least 1, not 0",
            "poison within is positive and at most PT876000H, not PT0S",
            "poison refusedFor is positive and at most PT876000H, not PT-1S");
    assertThatThrownBy(() -> TaskClient.builder().minWorkers(-1).check())
        .hasMessage("minWorkers is at least 0, not -1");
  }

  /** A greeting client with these limits and no others. */
  private TaskClient.Builder toPeer(CheckoutOptions options) {
    TaskClient.Builder builder =
        TaskClient.builder().connect(peer.address()).name("t").minWorkers(0).maxWorkers(1).greet();
    Duration timeout = options.timeout();
    Duration queueTimeout = options.queueTimeout();
    Duration callTimeout = options.callTimeout();
    if (timeout != null) {
      builder.timeout(timeout);
    }
    if (queueTimeout != null) {
      builder.queueTimeout(queueTimeout);
    }
    if (callTimeout != null) {
      builder.callTimeout(callTimeout);
    }
    return builder;
  }
}
