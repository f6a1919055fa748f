package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.34, P.28 Callbacks, interrupts, and futures that users end themselves")
class CallbackTest extends ScriptedTest {
  interface Task {
    long run();
  }

  @Test
  @DisplayName("P.34 callbacks run on the executor given")
  void executorIsUsed() throws Exception {
    try (var executor =
        Executors.newSingleThreadExecutor(r -> Thread.ofPlatform().name("mine").unstarted(r))) {
      TaskClient client = start(toPeer().callbacksOn(executor));
      ScriptedPeer.Line[] line = new ScriptedPeer.Line[1];
      var name = client.call("x").thenApply(x -> Thread.currentThread().getName());
      line[0] = peer.accept().expectFirstCall("x");
      line[0].answer("1");
      assertThat(result(name)).isEqualTo("mine");
      var failed = client.call("y").handle((x, e) -> Thread.currentThread().getName());
      line[0].expect("[\"dn\",{}]").expectCall("y").send("[\"er\",{},\"no\"]");
      assertThat(result(failed)).isEqualTo("mine");
    }
  }

  @Test
  @DisplayName("P.34 by default callbacks run on the client's loop")
  void loopIsTheDefault() throws Exception {
    TaskClient client = client();
    var name = client.call("x").thenApply(x -> Thread.currentThread().getName());
    peer.accept().expectFirstCall("x").answer("1");
    assertThat(result(name)).isEqualTo("remuda-client");
  }

  private void completesDespite(Executor executor) throws Exception {
    TaskClient client = start(toPeer().callbacksOn(executor));
    var call = client.call("x");
    ScriptedPeer.Line line = peer.accept().expectFirstCall("x").answer("1");
    assertThat(result(call)).isEqualTo(1L);
    var next = client.call("y");
    line.expect("[\"dn\",{}]").expectCall("y").send("[\"er\",{},\"no\"]");
    assertThat(failure(next)).isInstanceOf(CallFailedException.class);
    line.expectEnd();
  }

  @Test
  @DisplayName("P.34 an executor that refuses does not lose the result")
  void refusingExecutor() throws Exception {
    completesDespite(task -> {
      throw new RejectedExecutionException("full");
    });
  }

  @Test
  @DisplayName("P.34 nor does one that fails with an Error")
  void failingExecutor() throws Exception {
    completesDespite(task -> {
      throw new OutOfMemoryError("unable to create native thread");
    });
  }

  @Test
  @DisplayName("P.34 sync works from the executor's only thread")
  void syncFromTheExecutor() throws Exception {
    try (var executor = Executors.newSingleThreadExecutor()) {
      TaskClient client = start(toPeer().callbacksOn(executor));
      Task task = client.of(Task.class).sync();
      var chained = client.call("x").thenApply(x -> task.run());
      peer.accept()
          .expectFirstCall("x")
          .answer("1")
          .expect("[\"dn\",{}]")
          .expectCall("run")
          .answer("2");
      assertThat(result(chained)).isEqualTo(2L);
    }
  }

  @Test
  @DisplayName("P.28 an interrupted caller hears CallCancelledException, and its worker is ended")
  void interrupt() throws Exception {
    TaskClient client = start(toPeer().greet());
    Task task = client.of(Task.class).sync();
    var thrown = new AtomicReference<Throwable>();
    var flag = new AtomicReference<Boolean>();
    Thread caller =
        Thread.ofPlatform()
            .start(() -> {
              try {
                task.run();
              } catch (RuntimeException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
              }
            });
    ScriptedPeer.Line line = peer.accept().greet().expectCall("run");
    caller.interrupt();
    caller.join();
    assertThat(thrown.get())
        .isInstanceOf(CallCancelledException.class)
        .hasMessage("run was given up: its thread was interrupted");
    assertThat(flag.get()).isTrue();
    line.expect("[\"ab\",{}]").send("[\"er\",{\"ab\":1},\"aborted\"]").expectEnd();
    awaitStats(client, new PoolStats(0, 0, 0, 0));
  }

  @Test
  @DisplayName("P.28 an interrupted caller in the queue leaves it, and nothing is sent")
  void interruptInTheQueue() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Object> holder = client.checkout();
    ScriptedPeer.Line line = peer.accept().greet();
    awaitStats(client, new PoolStats(1, 1, 0, 0));
    Task task = client.of(Task.class).sync();
    var thrown = new AtomicReference<Throwable>();
    Thread caller =
        Thread.ofPlatform()
            .start(() -> {
              Thread.currentThread().interrupt();
              try {
                task.run();
              } catch (RuntimeException e) {
                thrown.set(e);
              }
            });
    caller.join();
    assertThat(thrown.get()).isInstanceOf(CallCancelledException.class);
    awaitStats(client, new PoolStats(1, 1, 0, 0));
    holder.close();
    var next = client.call("next");
    line.expectCall("next").answer("1");
    assertThat(result(next)).isEqualTo(1L);
  }

  @Test
  @DisplayName("P.28 a call that waits is never sent once its future is cancelled")
  void cancelWaiting() throws Exception {
    TaskClient client = client();
    Checkout<Object> checkout = client.checkout();
    var running = checkout.call("a");
    var behind = checkout.call("b");
    var last = checkout.call("c");
    var queued = client.call("d");
    ScriptedPeer.Line line = peer.accept().expectFirstCall("a");
    assertThat(behind.cancel(true)).isTrue();
    assertThat(queued.cancel(false)).isTrue();
    assertThat(queued.cancel(false)).isTrue();
    client.stats(); // by now the loop has heard of both
    line.answer("1").expectCall("c").answer("3");
    assertThat(result(running)).isEqualTo(1L);
    assertThat(result(last)).isEqualTo(3L);
    checkout.close();
    var next = client.call("e");
    line.expect("[\"dn\",{}]").expectCall("e").answer("5");
    assertThat(result(next)).isEqualTo(5L);
  }

  @Test
  @DisplayName("P.28 to cancel the future of a running call ends its worker, and no other call")
  void cancelRunning() throws Exception {
    TaskClient client = client();
    var running = client.call("a");
    var next = client.call("b");
    ScriptedPeer.Line line = peer.accept().expectFirstCall("a");
    assertThat(running.cancel(true)).isTrue();
    line.expectEnd();
    peer.accept().expectFirstCall("b").answer("2");
    assertThat(result(next)).isEqualTo(2L);
    assertThat(next.cancel(true)).isFalse();
  }

  @Test
  @DisplayName("P.28 a call whose future its user completes is answered all the same, and lost")
  void usersCompleteFutures() throws Exception {
    TaskClient client = client();
    var completed = client.call("a");
    ScriptedPeer.Line line = peer.accept().expectFirstCall("a");
    completed.complete("mine");
    line.answer("1");
    var next = client.call("b");
    line.expect("[\"dn\",{}]").expectCall("b").answer("2");
    assertThat(result(next)).isEqualTo(2L);
    assertThat(result(completed)).isEqualTo("mine");
  }

  @Test
  @DisplayName("a callback that throws, an Error too, does not hurt the pool")
  void throwingCallbacks() throws Exception {
    TaskClient client = client();
    List<CompletableFuture<?>> bad = new ArrayList<>();
    var first = client.call("a");
    bad.add(
        first.whenComplete((x, e) -> {
          throw new IllegalStateException("mine");
        }));
    bad.add(
        first.whenComplete((x, e) -> {
          throw new StackOverflowError("mine");
        }));
    ScriptedPeer.Line line = peer.accept().expectFirstCall("a").answer("1");
    for (CompletableFuture<?> each : bad) {
      assertThat(failure(each)).hasMessage("mine");
    }
    var next = client.call("b");
    line.expect("[\"dn\",{}]").expectCall("b").answer("2");
    assertThat(result(next)).isEqualTo(2L);
  }

  @Test
  @DisplayName("a callback may call, release and check out while the pool is at its own work")
  void reentrantCallbacks() throws Exception {
    TaskClient client = client();
    Checkout<Object> checkout = client.checkout();
    var a = checkout.call("a");
    var inCallback = new AtomicReference<List<CompletableFuture<Object>>>();
    var done =
        a.thenRun(() -> {
          var b = checkout.call("b");
          checkout.close();
          Checkout<Object> other = client.checkout();
          var c = other.call("c");
          other.close();
          other.close();
          inCallback.set(List.of(b, c, other.call("d"), client.call("e")));
        });
    peer.accept()
        .expectFirstCall("a")
        .answer("1")
        .expectCall("b")
        .answer("2")
        .expect("[\"dn\",{}]")
        .expectCall("c")
        .answer("3")
        .expect("[\"dn\",{}]")
        .expectCall("e")
        .answer("5")
        .expect("[\"dn\",{}]");
    result(done);
    List<CompletableFuture<Object>> calls = inCallback.get();
    assertThat(result(calls.get(0))).isEqualTo(2L);
    assertThat(result(calls.get(1))).isEqualTo(3L);
    assertThat(failure(calls.get(2))).isInstanceOf(CheckoutClosedException.class);
    assertThat(result(calls.get(3))).isEqualTo(5L);
  }

  @Test
  @DisplayName("P.26 a callback of a failed call may call on the same checkout before the skipped")
  void callAfterErrorInCallback() throws Exception {
    TaskClient client = client();
    Checkout<Object> checkout = client.checkout();
    var rollback = new AtomicReference<CompletableFuture<Object>>();
    var made =
        checkout
            .call("a")
            .handle((x, e) -> {
              rollback.set(checkout.call("rollback"));
              checkout.close();
              return null;
            });
    var skipped = checkout.call("b");
    client.stats(); // by now the loop has both
    ScriptedPeer.Line line = peer.accept().expectFirstCall("a").send("[\"er\",{},\"no\"]");
    result(made);
    line.expectCall("rollback").answer("null");
    assertThat(result(rollback.get())).isNull();
    assertThat(failure(skipped)).isInstanceOf(CallSkippedException.class);
    line.expectEnd();
  }

  @Test
  @DisplayName("a release that comes with a death or an answer is released once")
  void releaseAgainstDeath() throws Exception {
    TaskClient client = start(toPeer().greet());
    for (int i = 0; i < 40; i++) {
      Checkout<Object> checkout = client.checkout();
      var call = checkout.call("x");
      ScriptedPeer.Line line = peer.accept().greet().expectCall("x").answer("1");
      result(call);
      line.close();
      checkout.close();
      checkout.close();
    }
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(client.stats()).isEqualTo(new PoolStats(0, 0, 0, 0)));
  }

  @Test
  @DisplayName("a big result and big arguments travel")
  void bigResult() throws Exception {
    TaskClient client = client();
    String big = "λ".repeat(8 << 20);
    var call = client.call("x", big);
    ScriptedPeer.Line line =
        peer.accept().expect("[\"do\"," + ScriptedPeer.CLIENT + ",\"x\",\"" + big + "\"]");
    line.answer("\"" + big + "\"");
    assertThat(result(call).equals(big)).isTrue();
  }
}
