package dev.remuda.client;

import dev.remuda.protocol.WorkerExit;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What a client may ask of its workers' supervisor, where it can reach it. Called on the client's
 * loop; must not block.
 */
public interface SupervisorLink {
  /** For servers of which no more is known than their address. */
  SupervisorLink NONE =
      new SupervisorLink() {
        @Override
        public CompletableFuture<Optional<WorkerExit>> exitOf(String workerId) {
          return CompletableFuture.completedFuture(Optional.empty());
        }

        @Override
        public void kill(String workerId, String reason) {}

        @Override
        public CompletableFuture<Optional<String>> trouble() {
          return CompletableFuture.completedFuture(Optional.empty());
        }
      };

  /** How a worker ended; completes when it has, and may complete with nothing. */
  CompletableFuture<Optional<WorkerExit>> exitOf(String workerId);

  /** Ends a worker that does not even answer an abort. */
  void kill(String workerId, String reason);

  /** Why workers cannot be started at present, if that is so. */
  CompletableFuture<Optional<String>> trouble();
}
