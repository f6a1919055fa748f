package dev.remuda.server;

import dev.remuda.protocol.WorkerExit;
import java.time.Instant;

/** What happens to a server and its workers. */
public sealed interface ServerEvent {
  /** When it was noticed. */
  Instant at();

  /**
   * A worker process was started.
   *
   * @param workerId its name and number
   * @param pid its process number
   */
  record Started(Instant at, String workerId, long pid) implements ServerEvent {}

  /**
   * A worker went on: it is ready, has a connection, is asked to leave, or is killed.
   *
   * @param was such as {@code STANDBY}
   * @param state such as {@code BUSY}
   * @param reason why
   */
  record Moved(Instant at, String workerId, long pid, String was, String state, String reason)
      implements ServerEvent {}

  /** A worker has ended and is reaped. */
  record Ended(Instant at, WorkerExit exit) implements ServerEvent {}

  /** All workers are to be replaced. */
  record Reloading(Instant at, String reason) implements ServerEvent {}

  /** No more work is taken. */
  record Draining(Instant at, String reason) implements ServerEvent {}

  /**
   * Somebody was not let in at a {@code tls:} address. Told once a second at the most.
   *
   * @param address where
   * @param peer who, by address
   * @param reason why
   * @param total how many were refused there by then
   */
  record Refused(Instant at, String address, String peer, String reason, long total)
      implements ServerEvent {}
}
