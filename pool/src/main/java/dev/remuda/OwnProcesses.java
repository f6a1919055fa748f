package dev.remuda;

import dev.remuda.protocol.WorkerExit;
import dev.remuda.server.ServerStats;
import dev.remuda.server.TaskServer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Worker processes under the pool's own supervisor, in this JVM. */
record OwnProcesses(TaskServer server) implements OwnWorkers {
  @Override
  public CompletableFuture<ServerStats> stats() {
    return server.stats();
  }

  @Override
  public CompletableFuture<Optional<WorkerExit>> exitOf(String workerId) {
    return server.exitOf(workerId);
  }

  @Override
  public void kill(String workerId, String reason) {
    server.kill(workerId, reason);
  }

  @Override
  public CompletableFuture<Optional<String>> trouble() {
    return server.stats().thenApply(ServerStats::trouble);
  }

  @Override
  public void close() {
    server.close();
  }
}
