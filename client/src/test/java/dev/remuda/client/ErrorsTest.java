package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.remuda.callers.Caller;
import dev.remuda.context.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Errors: who, what, how long, with which counts; and the stack of the caller")
class ErrorsTest extends ScriptedTest {
  private static final String COUNTS = " \\(total=[0-9] active=[0-9] idle=[0-9] waiting=[0-9]\\)";
  private final List<Throwable> errors = new ArrayList<>();

  private TaskClient.Builder greeting() {
    return toPeer().greet();
  }

  private TypedClient<Object> hasty(TaskClient client) {
    return client
        .untyped()
        .with(
            CheckoutOptions.NONE
                .queueTimeout(Duration.ofMillis(500))
                .callTimeout(Duration.ofMillis(100)));
  }

  /** The error, which is to say where the call was made, and this of it. */
  private void fails(CompletableFuture<Object> call, Class<?> type, String message) {
    Throwable error = failure(call);
    assertThat(error).isInstanceOf(type).hasMessageMatching("(?s)" + message);
    errors.add(error);
  }

  @Test
  @DisplayName("Errors: each kind has its own words, and the stack of where the call was made")
  void eachKind() throws Exception {
    TaskClient client =
        start(greeting().poison(new PoisonRule(1, Duration.ofMinutes(1), Duration.ofMinutes(1))));
    var failing = Caller.calls(client.untyped(), "failing");
    peer.accept().greet().expectCall("failing").send("[\"er\",{},\"no\"]");
    fails(
        failing, CallFailedException.class, "failing failed in worker w\\(1\\) \\(pid 4711\\): no");
    var setup = Caller.calls(client.untyped(), "setup");
    peer.accept().greet().expectCall("setup").send("[\"er\",{},\"setup exception: no config\"]");
    fails(
        setup,
        SetupFailedException.class,
        "setup was not called in worker w\\(1\\) \\(pid 4711\\): setup exception: no config");
    var died = Caller.calls(client.untyped(), "died");
    peer.accept().greet().expectCall("died").close();
    fails(
        died,
        WorkerDiedException.class,
        "died: worker connection suddenly died; worker w\\(1\\) \\(pid 4711\\) ended, how is not"
            + " known here; queued [0-9]+ ms, ran [0-9]+ ms"
            + COUNTS);
    fails(
        Caller.calls(client.untyped(), "died"),
        PoisonedCallException.class,
        "died is refused for 5[0-9] s more: .*");
    var slow = Caller.calls(hasty(client), "slow");
    peer.accept()
        .greet()
        .expectCall("slow")
        .expect("[\"ab\",{}]")
        .send("[\"er\",{\"ab\":1},\"x\"]");
    fails(
        slow,
        CallTimeoutException.class,
        "slow had no answer from worker w\\(1\\) \\(pid 4711\\) within its deadline: queued [0-9]+"
            + " ms, ran [0-9]+ ms, so the worker was killed"
            + COUNTS
            + "; it gave no thread dump");
    var garbled = Caller.calls(client.untyped(), "garbled");
    peer.accept().greet().expectCall("garbled").send("HTTP/1.1 400 Bad");
    fails(garbled, ProtocolException.class, "garbled in worker w\\(1\\) \\(pid 4711\\): .*HTTP.*");
    Checkout<Object> checkout = client.checkout();
    granted(client, "ab");
    var skipping = Caller.calls(checkout, "first");
    var skipped = Caller.calls(checkout, "skipped");
    fails(
        Caller.calls(hasty(client), "waits"),
        QueueTimeoutException.class,
        "waits waited [0-9]+ ms for a worker and had none" + COUNTS);
    checkout.abort("why");
    fails(
        skipping,
        CallCancelledException.class,
        "first was given up: its checkout was aborted: why, after [0-9]+ ms");
    fails(
        skipped,
        CallSkippedException.class,
        "skipped was skipped: an earlier call of its checkout failed");
    Checkout<Object> released = client.checkout();
    released.close();
    fails(
        Caller.calls(released, "late"),
        CheckoutClosedException.class,
        "late was not called: its checkout was released");
    unserved();
    for (Throwable error : errors) {
      assertThat(error.getStackTrace()).as(error.toString()).isNotEmpty();
      assertThat(Caller.isAt(error.getStackTrace(), "calls")).as(error.toString()).isTrue();
    }
    Set<Class<?>> seen = new HashSet<>();
    errors.forEach(error -> seen.add(error.getClass()));
    assertThat(seen).containsExactlyInAnyOrder(TaskException.class.getPermittedSubclasses());
  }

  private void unserved() throws Exception {
    TaskClient client = start(toPeer().maxQueue(0, QueuePolicy.REJECT));
    fails(
        Caller.calls(client.untyped(), "refused"),
        QueueFullException.class,
        "the queue of at most 0 is full: this checkout was refused" + COUNTS);
    TaskClient unreachable =
        start(toPeer().connect("unix:" + folder.resolve("none")).timeout(Duration.ofMillis(100)));
    fails(
        Caller.calls(unreachable.untyped(), "unreachable"),
        ConnectException.class,
        "unreachable waited [0-9]+ ms: no server at unix:.*none: No such file or directory"
            + " \\(1 attempt\\)"
            + COUNTS);
  }

  @Test
  @DisplayName(
      "Errors: a virtual thread that waits is told where it called; an interrupted one too")
  void waitingThreads() throws Exception {
    TaskClient client = start(greeting());
    TypedClient<Caller.Task> task = client.of(Caller.Task.class);
    var thrown = new CompletableFuture<Throwable>();
    Thread.ofVirtual().start(() -> thrown.complete(catchThrowable(() -> Caller.runs(task))));
    ScriptedPeer.Line line = peer.accept().greet().expectCall("run");
    line.send("[\"er\",{},\"no\"]");
    assertThat(result(thrown)).isInstanceOf(CallFailedException.class);
    assertThat(Caller.isAt(result(thrown).getStackTrace(), "runs")).isTrue();

    var cancelled = new CompletableFuture<Throwable>();
    Thread interrupted =
        Thread.ofPlatform()
            .start(() -> cancelled.complete(catchThrowable(() -> Caller.runs(task))));
    peer.accept().greet().expectCall("run");
    interrupted.interrupt();
    assertThat(result(cancelled)).isInstanceOf(CallCancelledException.class);
    assertThat(Caller.isAt(result(cancelled).getStackTrace(), "runs")).isTrue();

    client.close();
    Throwable closed = catchThrowable(() -> Caller.runs(task));
    assertThat(closed).isInstanceOf(CheckoutClosedException.class);
    assertThat(Caller.isAt(closed.getStackTrace(), "runs")).isTrue();
  }

  @Test
  @DisplayName("Errors: the caller's own stack for calls that block, and for those by a lambda")
  void typedCalls() throws Exception {
    TaskClient client = start(greeting());
    TypedClient<Caller.Task> task = client.of(Caller.Task.class);
    var blocked = CompletableFuture.supplyAsync(() -> catchThrowable(() -> Caller.runs(task)));
    peer.accept().greet().expectCall("run").send("[\"er\",{},\"no\"]");
    Throwable thrown = result(blocked);
    assertThat(thrown).isInstanceOf(CallFailedException.class);
    assertThat(Caller.isAt(thrown.getStackTrace(), "runs")).isTrue();
    var asked = Caller.asks(task);
    peer.accept().greet().expectCall("run").send("[\"er\",{},\"no\"]");
    assertThat(failure(asked).getStackTrace())
        .anySatisfy(frame -> assertThat(frame.getMethodName()).isEqualTo("asks"));
  }

  @Test
  @DisplayName("Errors: a deadline that passed while no server was there is one of connecting")
  void connectOrQueue() throws Exception {
    TaskClient client = start(greeting());
    try (Checkout<Object> holder = client.checkout()) {
      granted(client, "ab");
      peer.close();
      awaitStats(client, new PoolStats(0, 0, 0, 1));
      assertThat(failure(hasty(client).call("x"))).isInstanceOf(ConnectException.class);
      assertThat(holder).isNotNull();
    }
    CompletableFuture<Object> inherited =
        Deadline.in(Duration.ofMillis(100)).during(() -> client.call("y"));
    assertThat(failure(inherited)).isInstanceOf(ConnectException.class);
  }
}
