package dev.remuda.client;

import dev.remuda.protocol.Address;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One server's address, with what is known of it. Belongs to the client's loop. */
final class Endpoint {
  /** How long a server that has asked for a worker back is taken for one that may be draining. */
  private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final int GREETINGS_BEFORE_DOUBT = 2;

  final Address address;

  /** Connections to it, those still being made included. */
  final Set<WorkerConnection> connections = new LinkedHashSet<>();

  /** Whether connections open with a greeting, which would end a worker of the base protocol. */
  boolean greets;

  /** Whether a worker of it has ever said who it is. */
  private boolean hasGreeted;

  /** Connections that were closed at our greeting, as it seems, since a worker was last heard. */
  private int doubts;

  /** Attempts that failed since a worker was last heard. */
  int failedAttempts;

  /** Whether the next attempt waits for its time. */
  boolean retryPending;

  /** Until when it may be draining. */
  private long drainsUntilNanos = Long.MIN_VALUE;

  /** Deaths since it was reached last that nobody can be asked about. */
  private final List<PoisonRegister.Death> suspects = new ArrayList<>();

  /** Why the last attempt failed; null before any did and once one succeeds. */
  @Nullable String lastFailure;

  Endpoint(Address address, boolean greets) {
    this.address = address;
    this.greets = greets;
  }

  /** On a unix socket, that the connection was reset means that what was sent was never read. */
  boolean resetProvesUnread() {
    return address instanceof Address.Unix;
  }

  /** A worker of it died by a call, unless it is the server that has ended. */
  void suspect(PoisonRegister.Death death) {
    suspects.add(death);
  }

  /** It is there: what died died by itself. */
  void reached() {
    suspects.clear();
  }

  /** It is not there: nothing died by a call. */
  void unreachable() {
    suspects.forEach(PoisonRegister.Death::takeBack);
    suspects.clear();
  }

  /** It has asked for a worker back. */
  void asksBack(long now) {
    drainsUntilNanos = now + DRAIN_NANOS;
  }

  /** Whether another server is the better choice. */
  boolean mayDrain(long now) {
    return now < drainsUntilNanos;
  }

  boolean isConnecting() {
    for (WorkerConnection connection : connections) {
      if (connection.isConnecting()) {
        return true;
      }
    }
    return false;
  }

  int connecting() {
    int count = 0;
    for (WorkerConnection connection : connections) {
      count += connection.isConnecting() ? 1 : 0;
    }
    return count;
  }

  void failed(String reason) {
    lastFailure = reason;
    failedAttempts++;
  }

  /**
   * It took the connection and closed it: perhaps because of our greeting.
   *
   * @param reset whether it was not closed but reset: then nobody has read the greeting, or a
   *     network has forgotten the connection
   */
  void closedUnaccepted(boolean reset) {
    failed("the connection was closed before a worker accepted it");
    if (!reset && ++doubts >= GREETINGS_BEFORE_DOUBT) {
      greets = false;
    }
  }

  /** A worker of it has said something. */
  void heard() {
    failedAttempts = 0;
    doubts = 0;
  }

  /** A worker has said who it is. */
  void greeted() {
    hasGreeted = true;
    greets = true;
  }

  /** Whether its workers say who they are, as far as is known. */
  boolean hasGreeted() {
    return hasGreeted;
  }

  /** What stands in the way, or null if nothing is known to. */
  @Nullable String trouble() {
    return lastFailure == null
        ? null
        : "no server at "
            + address
            + ": "
            + lastFailure
            + " ("
            + failedAttempts
            + (failedAttempts == 1 ? " attempt)" : " attempts)");
  }
}
