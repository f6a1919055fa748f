package dev.remuda;

import dev.remuda.client.SupervisorLink;
import dev.remuda.server.ServerStats;
import java.util.concurrent.CompletableFuture;

/** The workers of one pool, and what its client may ask about them. */
sealed interface OwnWorkers extends SupervisorLink, AutoCloseable permits OwnProcesses, OwnThreads {
  /** Those of this moment. */
  CompletableFuture<ServerStats> stats();

  /** Ends all of them; blocks. Closing twice is closing once. */
  @Override
  void close();
}
