package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.31 A queue that is full")
class BackpressureTest extends ScriptedTest {
  private final List<Checkout<Object>> held = new ArrayList<>();

  interface Task {
    long run();
  }

  private ScriptedPeer.Line hold(TaskClient client) throws Exception {
    held.add(client.checkout());
    return granted(client, "ab");
  }

  private TaskClient full(int maxQueue, QueuePolicy policy) {
    return start(toPeer().greet().maxQueue(maxQueue, policy));
  }

  @Test
  @DisplayName("P.31 reject: who comes then is refused with the pool's counts, who waits is served")
  void reject() throws Exception {
    TaskClient client = full(1, QueuePolicy.REJECT);
    ScriptedPeer.Line line = hold(client);
    var waits = client.call("waits");
    assertThat(failure(client.call("late")))
        .isInstanceOfSatisfying(
            QueueFullException.class,
            e -> assertThat(e.counts()).isEqualTo(new PoolStats(1, 1, 0, 1)))
        .hasMessage(
            "the queue of at most 1 is full: this checkout was refused"
                + " (total=1 active=1 idle=0 waiting=1)");
    Checkout<Object> checkout = client.checkout();
    Throwable first = failure(checkout.call("a"));
    assertThat(first).isInstanceOf(QueueFullException.class);
    assertThat(failure(checkout.call("b")))
        .isNotSameAs(first)
        .hasSameClassAs(first)
        .hasMessage(first.getMessage());
    checkout.close();
    held.getFirst().close();
    line.expectCall("waits").answer("1");
    assertThat(result(waits)).isEqualTo(1L);
    line.expect("[\"dn\",{}]");
    var next = client.call("next");
    line.expectCall("next").answer("2");
    assertThat(result(next)).isEqualTo(2L);
  }

  @Test
  @DisplayName("P.31 a queue of none serves who finds a free worker, and refuses all others")
  void noQueue() throws Exception {
    TaskClient client = start(toPeer().greet().minWorkers(1).maxQueue(0, QueuePolicy.DROP_OLDEST));
    ScriptedPeer.Line line = peer.accept().greet();
    awaitStats(client, new PoolStats(1, 0, 1, 0));
    var served = client.call("served");
    line.expectCall("served");
    assertThat(failure(client.call("late"))).isInstanceOf(QueueFullException.class);
    line.answer("1");
    assertThat(result(served)).isEqualTo(1L);
  }

  @Test
  @DisplayName("P.31 drop oldest: who has waited longest gives way to who comes")
  void dropOldest() throws Exception {
    TaskClient client = full(2, QueuePolicy.DROP_OLDEST);
    ScriptedPeer.Line line = hold(client);
    var a = client.call("a");
    var b = client.call("b");
    var c = client.call("c");
    assertThat(failure(a))
        .isInstanceOf(QueueFullException.class)
        .hasMessageContaining("this checkout, the oldest, had to give way to a new one");
    held.getFirst().close();
    line.expectCall("b").answer("2").expect("[\"dn\",{}]").expectCall("c").answer("3");
    assertThat(result(b)).isEqualTo(2L);
    assertThat(result(c)).isEqualTo(3L);
  }

  @Test
  @DisplayName(
      "P.31 who is pushed out and calls again at once pushes out another: never one too many")
  void dropOldestAndAgain() throws Exception {
    TaskClient client = full(1, QueuePolicy.DROP_OLDEST);
    hold(client);
    var most = new AtomicInteger();
    var again = new AtomicReference<CompletableFuture<Object>>();
    var a = client.call("a");
    var told =
        a.handle((value, e) -> {
          again.set(client.call("again"));
          most.accumulateAndGet(client.stats().waiting(), Math::max);
          return e;
        });
    var b = client.call("b");
    assertThat(result(told)).isInstanceOf(QueueFullException.class);
    most.accumulateAndGet(client.stats().waiting(), Math::max);
    assertThat(most).hasValue(1);
    assertThat(failure(b)).isInstanceOf(QueueFullException.class);
    assertThat(again.get()).isNotDone();
  }

  @Test
  @DisplayName("P.31 caller waits: sync() waits past the maximum, all others are refused")
  void callerWaits() throws Exception {
    TaskClient client = full(0, QueuePolicy.CALLER_WAITS);
    client.stats();
    var calls = new ConcurrentLinkedQueue<CompletableFuture<Long>>();
    Task task = client.of(Task.class).sync();
    try (var callers = Executors.newFixedThreadPool(3)) {
      for (int i = 0; i < 3; i++) {
        calls.add(CompletableFuture.supplyAsync(task::run, callers));
      }
      ScriptedPeer.Line line = peer.accept();
      awaitStats(client, new PoolStats(1, 0, 0, 3));
      assertThat(failure(client.call("x"))).isInstanceOf(QueueFullException.class);
      assertThat(failure(client.of(Task.class).async(Task::run)))
          .isInstanceOf(QueueFullException.class);
      try (Checkout<Task> own = client.of(Task.class).checkout()) {
        var refused = CompletableFuture.supplyAsync(own.sync()::run, callers);
        assertThat(own).isNotNull();
        line.greet().expectCall("run").answer("1");
        line.expect("[\"dn\",{}]").expectCall("run").answer("2");
        line.expect("[\"dn\",{}]").expectCall("run").answer("3");
        assertThat(failure(refused)).isInstanceOf(QueueFullException.class);
      }
      long sum = 0;
      for (CompletableFuture<Long> call : calls) {
        sum += result(call);
      }
      assertThat(sum).isEqualTo(6);
    }
  }

  @Test
  @DisplayName("P.31 a refusal comes at once, however long the queue")
  void quickly() throws Exception {
    TaskClient client = full(10_000, QueuePolicy.REJECT);
    hold(client);
    for (int i = 0; i < 10_000; i++) {
      client.call("waits");
    }
    client.stats();
    var times = new ArrayList<Duration>();
    for (int i = 0; i < 201; i++) {
      long begun = System.nanoTime();
      Throwable refusal = failure(client.call("late"));
      times.add(Duration.ofNanos(System.nanoTime() - begun));
      assertThat(refusal).isInstanceOf(QueueFullException.class);
    }
    Collections.sort(times);
    assertThat(times.get(100)).isLessThan(Duration.ofMillis(20));
  }

  @Test
  @DisplayName(
      "P.31, P.29 a checkout that waits again after a death is not refused for want of room")
  void retriedHasRoom() throws Exception {
    TaskClient client = full(1, QueuePolicy.REJECT);
    var call = client.call("x");
    ScriptedPeer.Line line = peer.accept().greet().awaitUnread();
    var waits = client.call("waits");
    line.reset();
    ScriptedPeer.Line next = peer.accept();
    awaitStats(client, new PoolStats(1, 0, 0, 2));
    next.greet().expectCall("x").answer("1").expect("[\"dn\",{}]").expectCall("waits").answer("2");
    assertThat(result(call)).isEqualTo(1L);
    assertThat(result(waits)).isEqualTo(2L);
  }
}
