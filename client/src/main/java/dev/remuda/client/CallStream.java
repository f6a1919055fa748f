package dev.remuda.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A call that was made and whose worker reports values before the result: progress, or the parts of
 * a result. Subscribe once; values are kept until then, {@value #WINDOW} at the most, after which
 * the worker's code waits in its report, as it does whenever the subscriber asks for no more. The
 * call's deadline runs all the while. To cancel the subscription is to give the call up. A worker
 * that has not announced that it can report gives the result alone.
 *
 * <p>Subscribers are called as callbacks are: on the client's loop, or on its executor, one signal
 * at a time. After the last value comes {@code onComplete}; when the call fails, {@code onError}
 * with the reason, at once.
 *
 * @param <V> the values before the result
 * @param <R> the result
 */
public final class CallStream<V, R extends @Nullable Object> implements Flow.Publisher<V> {
  /** How many values a worker may be ahead of the subscriber. */
  public static final int WINDOW = 32;

  private final StreamedValues<V> values;
  private final CompletableFuture<R> result;

  CallStream(StreamedValues<V> values, CompletableFuture<R> result) {
    this.values = values;
    this.result = result;
  }

  /**
   * What the call gives in the end. It may be there before the subscriber has had the last value,
   * and does not come at all while values wait for a subscriber.
   */
  public CompletableFuture<R> result() {
    return result;
  }

  /**
   * Subscribes; any thread; a second subscriber is refused by its {@code onError}.
   *
   * @throws NullPointerException when there is no subscriber
   */
  @Override
  public void subscribe(Flow.Subscriber<? super V> subscriber) {
    values.subscribe(subscriber);
  }
}
