package dev.remuda.client;

import dev.remuda.protocol.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides when to connect, and to which server: as many workers as there must be, one more while
 * somebody waits, the server with the fewest first, and one attempt at a time where the last one
 * failed. Belongs to the client's loop.
 */
final class Connector {
  private static final long FIRST_RETRY_MILLIS = 200;
  private static final long LATER_RETRY_MILLIS = 1_000;

  private final PoolCore pool;
  private final ClientConfig config;
  private final RandomGenerator random;
  private final List<Endpoint> endpoints = new ArrayList<>();
  private int retiring;

  Connector(PoolCore pool, ClientConfig config, RandomGenerator random) {
    this.pool = pool;
    this.config = config;
    this.random = random;
    for (Address address : config.addresses()) {
      endpoints.add(new Endpoint(address, config.greets()));
    }
  }

  List<Endpoint> endpoints() {
    return endpoints;
  }

  /** Connections to all servers, those still being made included. */
  int connections() {
    int count = 0;
    for (Endpoint endpoint : endpoints) {
      count += endpoint.connections.size();
    }
    return count;
  }

  int connecting() {
    int count = 0;
    for (Endpoint endpoint : endpoints) {
      count += endpoint.connecting();
    }
    return count;
  }

  List<WorkerConnection> all() {
    var all = new ArrayList<WorkerConnection>();
    endpoints.forEach(endpoint -> all.addAll(endpoint.connections));
    return all;
  }

  /** Why no server can be reached at present; null while one can, or nobody has tried. */
  @Nullable String trouble() {
    var troubles = new ArrayList<String>();
    for (Endpoint endpoint : endpoints) {
      String trouble = endpoint.trouble();
      if (trouble == null) {
        return null;
      }
      troubles.add(trouble);
    }
    return String.join("; ", troubles);
  }

  /** Why the last attempt to connect failed; null where none did, or one succeeded since. */
  @Nullable String lastFailure() {
    for (Endpoint endpoint : endpoints) {
      if (endpoint.lastFailure != null) {
        return endpoint.lastFailure;
      }
    }
    return null;
  }

  /** Connects what is missing; {@code more} says whether somebody waits and nobody is free. */
  void connect(boolean more) {
    if (pool.isClosed()) {
      return;
    }
    // A worker that retires is replaced before it is gone: one over the maximum, no more.
    while (kept() < config.minWorkers() && connections() <= config.maxWorkers()) {
      Endpoint endpoint = choose(Connector::mayTryAhead);
      if (endpoint == null) {
        break;
      }
      connect(endpoint);
    }
    if (more && mayConnectOneMore()) {
      Endpoint endpoint = choose(each -> !each.isConnecting());
      if (endpoint != null) {
        connect(endpoint);
        if (endpoint.failedAttempts > 0) {
          connectOneThatWorks();
        }
      }
    }
  }

  /** Nobody waits for a server that was down, while another is up. */
  private void connectOneThatWorks() {
    for (Endpoint each : endpoints) {
      if (each.failedAttempts == 0 && each.isConnecting()) {
        return;
      }
    }
    Endpoint up = mayConnectOneMore() ? choose(each -> each.failedAttempts == 0) : null;
    if (up != null) {
      connect(up);
    }
  }

  private boolean mayConnectOneMore() {
    return kept() < config.maxWorkers() && connections() <= config.maxWorkers();
  }

  private int kept() {
    return connections() - retiring;
  }

  private static boolean mayTryAhead(Endpoint endpoint) {
    return endpoint.failedAttempts == 0 || endpoint.connections.isEmpty();
  }

  /**
   * Of the servers that are not known to be down, the one with the fewest connections; one that may
   * be draining only where there is no other.
   */
  private @Nullable Endpoint choose(Predicate<Endpoint> suits) {
    long now = pool.loop().nanoTime();
    Endpoint best = null;
    for (Endpoint endpoint : endpoints) {
      if (!endpoint.retryPending
          && suits.test(endpoint)
          && (best == null || isBetter(endpoint, best, now))) {
        best = endpoint;
      }
    }
    return best;
  }

  private static boolean isBetter(Endpoint one, Endpoint other, long now) {
    if (one.mayDrain(now) != other.mayDrain(now)) {
      return other.mayDrain(now);
    }
    return one.connections.size() < other.connections.size();
  }

  private void connect(Endpoint endpoint) {
    var connection = new WorkerConnection(pool, endpoint);
    endpoint.connections.add(connection);
    pool.loop().connect(endpoint.address, connection);
  }

  /** A connection could not be made. */
  void refused(WorkerConnection connection, String reason) {
    Endpoint endpoint = connection.endpoint();
    endpoint.connections.remove(connection);
    endpoint.failed(reason);
    retryLater(endpoint);
  }

  /** A connection has ended, or is let go. False if that is known already. */
  boolean remove(WorkerConnection connection) {
    boolean known = connection.endpoint().connections.remove(connection);
    if (known && connection.isRetiring()) {
      retiring--;
    }
    return known;
  }

  /** A connection that is to be replaced does not count as one that there is. */
  void retires() {
    retiring++;
  }

  /** A connection has ended on which no worker was ever heard. */
  void closedUnaccepted(WorkerConnection connection) {
    Endpoint endpoint = connection.endpoint();
    endpoint.closedUnaccepted(connection.wasReset());
    retryLater(endpoint);
  }

  /** A worker has greeted and died: the next will hardly do better if it comes at once. */
  void diedYoung(Endpoint endpoint) {
    endpoint.failed("a worker ended as soon as it was connected");
    retryLater(endpoint);
  }

  /** One attempt at a time, however many wait. */
  private void retryLater(Endpoint endpoint) {
    if (endpoint.retryPending || pool.isClosed()) {
      return;
    }
    endpoint.retryPending = true;
    long base = endpoint.failedAttempts == 1 ? FIRST_RETRY_MILLIS : LATER_RETRY_MILLIS;
    long jittered = base * 9 / 10 + random.nextLong(base / 5);
    pool.loop()
        .schedule(
            () -> {
              endpoint.retryPending = false;
              pool.connectMore();
            },
            TimeUnit.MILLISECONDS.toNanos(jittered));
  }
}
