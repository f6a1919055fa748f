package dev.remuda;

import dev.remuda.protocol.WorkerExit;
import dev.remuda.server.ServerStats;
import dev.remuda.server.TaskServer;
import java.time.Duration;
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
  public CompletableFuture<Boolean> retire(String workerId, String reason) {
    return server.retire(workerId, reason);
  }

  @Override
  public CompletableFuture<Optional<String>> dump(String workerId, Duration patience) {
    return server.dump(workerId, patience);
  }

  @Override
  public void close() {
    server.close();
  }
}
