package dev.remuda.server;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A server's counts at one moment.
 *
 * @param started worker processes since it began
 * @param killed those of them that it had to end
 * @param refused connections of users who may not call
 * @param workers those that live
 * @param waiting the addresses where connections wait because no worker is free
 * @param trouble why workers cannot be started at present, if that is so
 * @param gateways what passes the addresses where TLS is spoken
 * @param draining whether it takes no more work, and ends with its last worker
 */
public record ServerStats(
    int started,
    int killed,
    int refused,
    List<Worker> workers,
    List<Waiting> waiting,
    Optional<String> trouble,
    List<Gateway> gateways,
    boolean draining) {
  /** Copies the lists. */
  public ServerStats {
    workers = List.copyOf(workers);
    waiting = List.copyOf(waiting);
    gateways = List.copyOf(gateways);
  }

  /**
   * Connections that no worker has accepted yet.
   *
   * @param address where they wait
   * @param connections how many wait now
   * @param since for how long somebody has waited there without a break
   */
  public record Waiting(String address, int connections, Duration since) {}

  /**
   * An address where TLS is spoken.
   *
   * @param address where
   * @param connections forwarded to workers now
   * @param handshakes under way now
   * @param accepted connections whose certificate was taken, since the server began
   * @param refused those that were not let in, for whatever reason
   * @param lastRefusal who that was the last time, and why
   */
  public record Gateway(
      String address,
      int connections,
      int handshakes,
      long accepted,
      long refused,
      Optional<String> lastRefusal) {}

  /**
   * One worker process.
   *
   * @param id its name and number
   * @param pid its process number
   * @param state such as {@code STANDBY} or {@code BUSY}
   * @param reason why it is in that state, or is to be replaced
   * @param toBeReplaced whether it is to leave as soon as another is ready to take its place
   * @param address where it serves
   * @param ageMillis how long it has lived
   * @param inState for how long it has been in that state
   * @param readyAfter how long it took from its start to its word that it is ready, if that came
   * @param checkouts connections it has accepted
   */
  public record Worker(
      String id,
      long pid,
      String state,
      String reason,
      boolean toBeReplaced,
      String address,
      long ageMillis,
      Duration inState,
      Optional<Duration> readyAfter,
      int checkouts) {}
}
