package dev.remuda.daemon;

import dev.remuda.client.CallTimeoutException;
import dev.remuda.client.Calls;
import dev.remuda.client.WorkerDiedException;
import dev.remuda.queue.Message;
import dev.remuda.queue.MessageHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Handles messages in the workers of a pool. When a worker dies with a message, the message is
 * given back at once, with the worker's autopsy as its last error.
 *
 * @param <T> the interface that the workers serve
 */
public final class WorkerHandler<T> implements MessageHandler {
  private final Calls<T> pool;
  private final Delivery<T> delivery;

  private WorkerHandler(Calls<T> pool, Delivery<T> delivery) {
    this.pool = pool;
    this.delivery = delivery;
  }

  /** Handles each message by one call on a worker. */
  public static <T> WorkerHandler<T> of(Calls<T> pool, Delivery<T> delivery) {
    return new WorkerHandler<>(pool, delivery);
  }

  /**
   * One call on a worker, written as a lambda: {@code (worker, message) ->
   * worker.print(message.data())}.
   *
   * @param <T> the interface that the workers serve
   */
  @FunctionalInterface
  public interface Delivery<T> {
    /** Makes exactly one call on {@code worker}. */
    void to(T worker, Message message) throws Exception;
  }

  @Override
  public void handle(Message message) throws Exception {
    CompletableFuture<@Nullable Void> call = pool.run(worker -> delivery.to(worker, message));
    try {
      call.get();
    } catch (InterruptedException e) {
      call.cancel(true); // which ends the worker
      throw e;
    } catch (ExecutionException e) {
      throw withAutopsy(e.getCause() == null ? e : e.getCause());
    }
  }

  private static Exception withAutopsy(Throwable failure) {
    return switch (failure) {
      case WorkerDiedException died -> new WorkerFailedException(died, died.autopsy().toString());
      case CallTimeoutException late -> new WorkerFailedException(late, late.autopsy().toString());
      case Exception other -> other;
      default -> new IllegalStateException(failure);
    };
  }
}
