package dev.remuda.storm;

import dev.remuda.client.PoolCounters;
import dev.remuda.client.PoolEvent;
import dev.remuda.client.TaskClient;
import dev.remuda.client.TypedClient;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One client of a storm, and what its listener has counted. */
final class StormClient implements AutoCloseable {
  final TaskClient client;
  final TypedClient<StormWork> work;
  final AtomicLong checkedOut = new AtomicLong();
  final AtomicLong released = new AtomicLong();
  final AtomicLong lost = new AtomicLong();
  private final Set<String> inUse;
  private final Consumer<String> broken;

  /**
   * Connects.
   *
   * @param inUse the workers that somebody has checked out, of all clients
   * @param broken is told of a worker that two have
   */
  StormClient(Supplier<TaskClient.Builder> settings, Set<String> inUse, Consumer<String> broken) {
    this.inUse = inUse;
    this.broken = broken;
    this.client = settings.get().listener(this::hear).build();
    this.work = client.of(StormWork.class);
  }

  private void hear(PoolEvent event) {
    switch (event) {
      case PoolEvent.CheckedOut(String worker, _) -> {
        checkedOut.incrementAndGet();
        if (isNamed(worker) && !inUse.add(worker)) {
          broken.accept(worker + " was checked out twice");
        }
      }
      case PoolEvent.Released(String worker, _) -> {
        released.incrementAndGet();
        inUse.remove(worker);
      }
      case PoolEvent.WorkerLost(String worker, boolean busy) -> {
        if (busy) {
          lost.incrementAndGet();
        }
        inUse.remove(worker);
      }
      case PoolEvent.Connected _,
          PoolEvent.ConnectFailed _,
          PoolEvent.CallEnded _,
          PoolEvent.Retiring _ -> {}
    }
  }

  private static boolean isNamed(String worker) {
    return worker.contains("(pid ");
  }

  PoolCounters counters() {
    return client.counters();
  }

  @Override
  public void close() {
    client.close();
  }
}
