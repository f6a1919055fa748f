package dev.remuda.client;

import dev.remuda.context.TaskLog;
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
  private final Terms terms;
  private final @Nullable TaskLog log;

  TypedClient(
      TaskClient client, @Nullable Contract<T> contract, Terms terms, @Nullable TaskLog log) {
    super(contract, client, log);
    this.log = log;
    this.client = client;
    this.contract = contract;
    this.terms = terms;
  }

  /**
   * The same, for calls and checkouts that want some things otherwise.
   *
   * @throws IllegalArgumentException naming all of them that cannot be
   */
  public TypedClient<T> with(CheckoutOptions options) {
    return new TypedClient<>(
        client,
        contract,
        Terms.of(options.checked(), terms),
        options.log() == null ? log : options.log());
  }

  /** Takes a worker exclusively; never blocks and never fails: see {@link Checkout}. */
  public Checkout<T> checkout() {
    return client.checkout(contract, terms, log);
  }

  @Override
  void submit(PendingCall call) {
    client.submitAlone(call, terms);
  }
}
