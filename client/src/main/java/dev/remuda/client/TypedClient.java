package dev.remuda.client;

import org.jspecify.annotations.Nullable;

/**
 * A {@link TaskClient} seen through the interface that its workers serve. Each call takes a worker,
 * makes the call, and gives the worker back.
 *
 * @param <T> the interface, or {@code Object} for workers that are called by name only
 */
public final class TypedClient<T> extends CallRecorder<T> {
  private final TaskClient client;
  private final @Nullable Contract<T> contract;

  TypedClient(TaskClient client, @Nullable Contract<T> contract) {
    super(contract, client);
    this.client = client;
    this.contract = contract;
  }

  /** Takes a worker exclusively; never blocks and never fails: see {@link Checkout}. */
  public Checkout<T> checkout() {
    return client.checkout(contract);
  }

  @Override
  void submit(PendingCall call) {
    client.submitAlone(call);
  }
}
