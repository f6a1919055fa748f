package dev.remuda;

import dev.remuda.client.SupervisorLink;
import dev.remuda.protocol.WorkerExit;
import dev.remuda.server.ServerStats;
import dev.remuda.server.TaskServer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The pool's client asks the pool's own server, in this JVM. */
record OwnSupervisor(TaskServer server) implements SupervisorLink {
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
}
