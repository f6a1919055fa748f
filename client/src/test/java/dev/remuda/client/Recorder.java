package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A subscriber that takes down what it is told. */
class Recorder<V> implements Flow.Subscriber<V> {
  private final List<V> values = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
  private final AtomicInteger ends = new AtomicInteger();
  private final long demand;
  private volatile @Nullable Throwable failure;

  /** One that asks for so many values at first; for none if 0. */
  Recorder(long demand) {
    this.demand = demand;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription.complete(given);
    if (demand > 0) {
      given.request(demand);
    }
  }

  @Override
  public void onNext(V value) {
    values.add(value);
  }

  @Override
  public void onError(Throwable thrown) {
    failure = thrown;
    ends.incrementAndGet();
  }

  @Override
  public void onComplete() {
    ends.incrementAndGet();
  }

  void request(long n) {
    subscription.join().request(n);
  }

  void cancel() {
    subscription.join().cancel();
  }

  List<V> values() {
    return values;
  }

  @Nullable Throwable failure() {
    return failure;
  }

  boolean isOver() {
    return ends.get() > 0;
  }

  /** How often it was told that nothing follows. */
  int ends() {
    return ends.get();
  }

  void awaitValues(int count) {
    await()
        .atMost(ScriptedTest.PATIENCE)
        .untilAsserted(() -> assertThat(values).hasSizeGreaterThanOrEqualTo(count));
  }

  void awaitEnd() {
    await().atMost(ScriptedTest.PATIENCE).untilAsserted(() -> assertThat(ends()).isEqualTo(1));
  }
}
