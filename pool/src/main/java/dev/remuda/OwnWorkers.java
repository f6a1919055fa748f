package dev.remuda;

import dev.remuda.client.SupervisorLink;
import dev.remuda.server.ServerStats;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The workers of one pool, and what its client may ask about them. */
sealed interface OwnWorkers extends SupervisorLink, AutoCloseable permits OwnProcesses, OwnThreads {
  /** Those of this moment. */
  CompletableFuture<ServerStats> stats();

  /** Has one leave when it is let go; false where it does not live, or cannot be told apart. */
  CompletableFuture<Boolean> retire(String workerId, String reason);

  /** What its threads do; nothing for one that does not live, or says nothing in time. */
  CompletableFuture<Optional<String>> dump(String workerId, Duration patience);

  /** Ends all of them; blocks. Closing twice is closing once. */
  @Override
  void close();
}
