package dev.remuda.client;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A call's future: to cancel it is to give the call up. */
final class CallFuture extends CompletableFuture<@Nullable Object> {
  private volatile @Nullable Runnable giveUp;

  /** What a cancellation does; set before users have the future. */
  void onCancel(Runnable action) {
    giveUp = action;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean first = !isDone() && super.cancel(mayInterruptIfRunning);
    Runnable action = giveUp;
    if (first && action != null) {
      action.run();
    }
    return isCancelled();
  }

  /** Stages that hang on it are theirs alone: to cancel one of them gives up nothing. */
  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
