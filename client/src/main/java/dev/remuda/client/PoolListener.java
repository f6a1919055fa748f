package dev.remuda.client;

/**
 * Hears what happens in a client, as it happens. Called on the client's loop, so it must not block;
 * what it throws is logged and has no other effect.
 */
@FunctionalInterface
public interface PoolListener {
  /** One event, in the order in which they happen. */
  void on(PoolEvent event);
}
