package dev.remuda.client;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The ways to call what workers serve. Safe for use by any thread. Futures fail with a {@link
 * TaskException}; they complete on the client's loop, or on the executor that it was built with. To
 * cancel one is to give its call up: one that waits is not sent, one that runs has its worker
 * killed.
 *
 * @param <T> the interface that the workers serve
 */
public interface Calls<T> {
  /**
   * A stand-in for the worker's object: each method makes one call and blocks its caller until the
   * answer, an error ({@link TaskException}) or the deadline.
   *
   * @throws IllegalStateException when there is no interface: such workers are called untyped only
   */
  T sync();

  /**
   * Makes the one call that {@code call} does; never blocks.
   *
   * @throws IllegalArgumentException when it makes none or two, throws, or gives back anything but
   *     the call's own result
   */
  <R extends @Nullable Object> CompletableFuture<R> async(TypedCall<? super T, R> call);

  /** As {@link #async}, for a call whose result does not matter. */
  CompletableFuture<@Nullable Void> run(TypedAction<? super T> call);

  /**
   * Calls a method by name; never blocks. The result is as it came: null, a Boolean, Long,
   * BigInteger, Double, BigDecimal, String, List or Map.
   */
  CompletableFuture<@Nullable Object> call(String method, @Nullable Object... arguments);

  /**
   * Makes the one call that {@code call} does, and takes the values that its worker reports before
   * the result; never blocks.
   *
   * @param values what each of them is read as
   * @throws IllegalArgumentException as {@link #async}, or when {@code values} cannot travel
   */
  <V, R extends @Nullable Object> CallStream<V, R> callStream(
      Class<V> values, TypedCall<? super T, R> call);

  /** As {@link #call}, with the values before the result, as they come. */
  CallStream<Object, @Nullable Object> callStream(String method, @Nullable Object... arguments);
}
