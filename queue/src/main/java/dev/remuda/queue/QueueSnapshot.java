package dev.remuda.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A queue at one moment. Immutable.
 *
 * @param table the table of messages
 * @param database the engine: {@code sqlite}, {@code h2} or {@code postgresql}
 * @param takenAt by this process's clock; a snapshot is at most a second old
 * @param kicks whether kicks reach this process
 * @param kicksReceived by datagrams
 * @param datagramsRefused that were no kicks of this queue
 * @param pollEvery how often the database is asked without a kick
 * @param rescued how many messages of dead consumers this process has released
 * @param consumers process and host of each that was seen in the last ten minutes, this one
 *     included
 */
public record QueueSnapshot(
    String table,
    String database,
    Instant takenAt,
    List<TypeSnapshot> types,
    KickState kicks,
    long kicksReceived,
    long datagramsRefused,
    Duration pollEvery,
    long rescued,
    List<String> consumers) {
  /** Copies the lists. */
  public QueueSnapshot {
    types = List.copyOf(types);
    consumers = List.copyOf(consumers);
  }

  /** Whether kicks should arrive and do not, so that the database is polled every second. */
  public boolean degraded() {
    return kicks == KickState.DEGRADED;
  }
}
