package dev.remuda.daemon;

import dev.remuda.Pool;

/** What a daemon closes when it ends, the last added first. */
sealed interface Part {
  String name();

  void close();

  /**
   * Takes work from outside.
   *
   * @param endpoint the user's
   */
  record OfEndpoint(Endpoint endpoint) implements Part {
    @Override
    public String name() {
      return endpoint.name();
    }

    @Override
    public void close() {
      endpoint.close();
    }
  }

  /**
   * Does work in processes.
   *
   * @param name as it was added
   * @param pool the user's, the daemon's from now on
   */
  record OfPool(String name, Pool<?> pool) implements Part {
    @Override
    public void close() {
      pool.close();
    }
  }
}
