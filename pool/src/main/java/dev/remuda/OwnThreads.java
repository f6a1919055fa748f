package dev.remuda;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.WorkerExit;
import dev.remuda.server.ServerStats;
import dev.remuda.worker.ThreadWorkers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Workers that are threads of this JVM, which cannot be killed and leave no exit to tell of. */
record OwnThreads(ThreadWorkers threads, Address address) implements OwnWorkers {
  @Override
  public CompletableFuture<ServerStats> stats() {
    long pid = ProcessHandle.current().pid();
    var workers = new ArrayList<ServerStats.Worker>();
    for (ThreadWorkers.View worker : threads.workers()) {
      workers.add(
          new ServerStats.Worker(
              worker.id(),
              pid,
              worker.state().name(),
              "",
              false,
              address.toString(),
              worker.ageMillis(),
              Duration.ofMillis(worker.ageMillis()),
              Optional.empty(),
              1)); // a thread has no life before its connection
    }
    return CompletableFuture.completedFuture(
        new ServerStats(
            threads.started(),
            threads.abandoned(),
            0,
            workers,
            List.of(),
            Optional.empty(),
            List.of(),
            false));
  }

  @Override
  public CompletableFuture<Optional<WorkerExit>> exitOf(String workerId) {
    return CompletableFuture.completedFuture(Optional.empty());
  }

  @Override
  public void kill(String workerId, String reason) {
    threads.abandon(workerId, reason);
  }

  @Override
  public CompletableFuture<Optional<String>> trouble() {
    return CompletableFuture.completedFuture(Optional.empty());
  }

  /** A thread is given up with its checkout, or not at all. */
  @Override
  public CompletableFuture<Boolean> retire(String workerId, String reason) {
    return CompletableFuture.completedFuture(false);
  }

  /** This JVM's own dump shows it. */
  @Override
  public CompletableFuture<Optional<String>> dump(String workerId, Duration patience) {
    return CompletableFuture.completedFuture(Optional.empty());
  }

  @Override
  public void close() {
    threads.close();
  }
}
