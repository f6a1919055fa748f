package dev.remuda.client;

import dev.remuda.protocol.Address;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Something that happened in a client. A worker is named as far as it has said who it is. */
public sealed interface PoolEvent {
  /** A connection was made, and accepted where the peer can say so. */
  record Connected(Address address, String worker, Duration took) implements PoolEvent {}

  /** An attempt to connect failed; the next comes by itself. */
  record ConnectFailed(Address address, String reason) implements PoolEvent {}

  /** A checkout has its worker. */
  record CheckedOut(String worker, Duration queued) implements PoolEvent {}

  /**
   * A checkout has given its worker back.
   *
   * @param kept whether others may have the worker now
   */
  record Released(String worker, boolean kept) implements PoolEvent {}

  /**
   * A call has ended, before its caller is told.
   *
   * @param worker the one that had it; empty where none did
   * @param reason why it failed; null if it did not
   */
  record CallEnded(
      String method, String worker, Duration queued, Duration ran, @Nullable TaskException reason)
      implements PoolEvent {
    /** Why it failed, if it did. */
    public Optional<TaskException> failure() {
      return Optional.ofNullable(reason);
    }
  }

  /**
   * A worker has ended its connection.
   *
   * @param busy whether a checkout had it
   */
  record WorkerLost(String worker, boolean busy) implements PoolEvent {}

  /** A worker is to be replaced, and let go at its release. */
  record Retiring(String worker, String reason) implements PoolEvent {}
}
