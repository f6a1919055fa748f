package dev.remuda.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Prints each value of a stream as a line of JSON, as it comes. */
final class ProgressPrinter implements Flow.Subscriber<Object> {
  private final CompletableFuture<@Nullable Void> printed = new CompletableFuture<>();

  /** The same result, once all before it is printed. */
  CompletableFuture<@Nullable Object> after(CompletableFuture<@Nullable Object> result) {
    return result.thenCombine(printed, (value, nothing) -> value);
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(Object value) {
    System.out.println(Printable.json(value));
  }

  @Override
  public void onError(Throwable failure) {
    printed.complete(null);
  }

  @Override
  public void onComplete() {
    printed.complete(null);
  }
}
