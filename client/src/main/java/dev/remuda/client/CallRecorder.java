package dev.remuda.client;

import dev.remuda.context.Deadline;
import dev.remuda.context.TaskLog;
import dev.remuda.protocol.WireType;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@link PendingCall}s of what users write, and gives them to whoever sends them.
 *
 * @param <T> the interface that is called
 */
abstract class CallRecorder<T> implements Calls<T> {
  /** The method in which a caller that waits stands, for {@link CallSite}. */
  static final String WAITING_METHOD = "callAndWait";

  private final @Nullable Contract<T> contract;
  private final TaskClient client;
  private final @Nullable TaskLog log;
  private final Optional<T> sync;

  CallRecorder(@Nullable Contract<T> contract, TaskClient client, @Nullable TaskLog log) {
    this.contract = contract;
    this.client = client;
    this.log = log;
    this.sync = Optional.ofNullable(contract).map(typed -> typed.standIn(this::callAndWait));
  }

  /** Sends the call; any thread; does not block. */
  abstract void submit(PendingCall call);

  @Override
  public final T sync() {
    return sync.orElseThrow(CallRecorder::untyped);
  }

  @Override
  @SuppressWarnings("unchecked") // the contract's result type is the lambda's
  public final <R extends @Nullable Object> CompletableFuture<R> async(
      TypedCall<? super T, R> call) {
    return (CompletableFuture<R>) issue(recorded(call, null));
  }

  @Override
  @SuppressWarnings("unchecked") // nobody looks at the result
  public final CompletableFuture<@Nullable Void> run(TypedAction<? super T> call) {
    return (CompletableFuture<@Nullable Void>) issue(recorded(untouched(call), null));
  }

  @Override
  public final CompletableFuture<@Nullable Object> call(
      String method, @Nullable Object... arguments) {
    return (CallFuture) issue(untyped(method, arguments, null));
  }

  @Override
  @SuppressWarnings("unchecked") // the contract's result type is the lambda's
  public final <V, R extends @Nullable Object> CallStream<V, R> callStream(
      Class<V> values, TypedCall<? super T, R> call) {
    var streamed = new StreamedValues<V>(client, WireType.of(values));
    PendingCall pending = recorded(call, streamed);
    streamed.of(pending);
    return new CallStream<>(streamed, (CompletableFuture<R>) issue(pending));
  }

  @Override
  public final CallStream<Object, @Nullable Object> callStream(
      String method, @Nullable Object... arguments) {
    var streamed = new StreamedValues<Object>(client, null);
    PendingCall pending = untyped(method, arguments, streamed);
    streamed.of(pending);
    return new CallStream<>(streamed, (CallFuture) issue(pending));
  }

  private PendingCall untyped(
      String method, @Nullable Object[] arguments, PendingCall.@Nullable Progress progress) {
    var all = new ArrayList<@Nullable Object>(arguments.length + 1);
    all.add(method);
    all.addAll(Arrays.asList(arguments));
    return pending(
        new PendingCall.Request(
            method, client.encoder().encode(all), null, false, false, progress));
  }

  /** An action gives nothing back, which says nothing of what it did with the result. */
  private static <T> TypedCall<T, @Nullable Object> untouched(TypedAction<? super T> action) {
    return target -> {
      action.on(target);
      return Recorded.NO_RESULT;
    };
  }

  private PendingCall recorded(
      TypedCall<? super T, ?> lambda, PendingCall.@Nullable Progress progress) {
    Contract<T> typed = contract;
    if (typed == null) {
      throw untyped();
    }
    var recorded = new Recorded();
    T standIn =
        typed.standIn((method, arguments) -> {
          recorded.take(pending(typed, method, arguments, false, progress));
          return recorded.given(Contract.nothing(method.getReturnType()));
        });
    Object returned;
    try {
      returned = lambda.on(standIn);
    } catch (Exception e) {
      throw new IllegalArgumentException("the lambda threw instead of making one call: " + e, e);
    }
    return recorded.one(returned);
  }

  private CompletableFuture<?> issue(PendingCall call) {
    call.future.onCancel(() -> client.giveUp(call, "its future was cancelled"));
    call.begin();
    submit(call);
    return call.future;
  }

  private @Nullable Object callAndWait(Method method, @Nullable Object @Nullable [] arguments) {
    client.requireMayBlock();
    Contract<T> typed = contract;
    if (typed == null) {
      throw untyped();
    }
    PendingCall call = pending(typed, method, arguments, true, null);
    call.begin();
    submit(call);
    return await(call);
  }

  private @Nullable Object await(PendingCall call) {
    try {
      return call.future.get();
    } catch (InterruptedException e) {
      client.giveUp(call, "its thread was interrupted");
      Thread.currentThread().interrupt();
      throw new CallCancelledException(
          call.method(), "its thread was interrupted", null, call.site);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof TaskException failure
          ? failure
          : new IllegalStateException(e.getCause());
    }
  }

  private PendingCall pending(
      Contract<T> typed,
      Method method,
      @Nullable Object @Nullable [] arguments,
      boolean blocking,
      PendingCall.@Nullable Progress progress) {
    List<@Nullable Object> all = Contract.arguments(method, arguments);
    return pending(
        new PendingCall.Request(
            method.getName(),
            client.encoder().encode(all),
            typed.result(method),
            blocking,
            typed.isIdempotent(method),
            progress));
  }

  /** A call inherits the deadline that it is made under, and what else is in force there. */
  private PendingCall pending(PendingCall.Request request) {
    long now = client.loop().nanoTime();
    long inherited =
        Deadline.current().map(deadline -> now + deadline.left().toNanos()).orElse(Claim.NEVER);
    return new PendingCall(
        request, now, inherited, CallContext.of(client.name(), request.method(), log));
  }

  private static IllegalStateException untyped() {
    return new IllegalStateException(
        "no interface was given for these workers, so they are called by name: call(method, …)");
  }

  /** The one call that a lambda makes. */
  private static final class Recorded {
    static final Object NO_RESULT = new Object();

    private @Nullable PendingCall call;
    private @Nullable Object given;
    private int count;
    private boolean over;

    void take(PendingCall taken) {
      if (over) {
        throw new IllegalStateException(
            taken.method() + " was called after its lambda had ended, so it goes nowhere");
      }
      call = taken;
      count++;
    }

    @Nullable Object given(@Nullable Object placeholder) {
      given = placeholder;
      return placeholder;
    }

    PendingCall one(@Nullable Object returned) {
      over = true;
      if (call == null || count != 1) {
        throw new IllegalArgumentException(
            "the lambda must make exactly one call, but it made "
                + (count == 0 ? "none" : count)
                + "; chain the next one on the future instead");
      }
      if (!NO_RESULT.equals(returned) && !Objects.equals(returned, given)) {
        throw new IllegalArgumentException(
            "the lambda does something with the result of "
                + call.method()
                + ", which is not there yet; do that on the future instead");
      }
      return call;
    }
  }
}
