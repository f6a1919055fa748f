package dev.remuda.status;

import dev.remuda.Pool;
import dev.remuda.client.RunningCall;
import dev.remuda.daemon.PoolSnapshot;
import dev.remuda.server.ServerStats;
import dev.remuda.server.TaskServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A pool or server that is shown, and what may be done to its workers. */
sealed interface Watched {
  /** As it is called on the page. */
  String name();

  /** How it is now; blocks for a second at the most. */
  WorkerGroup look(ProcessUsage usage);

  /** Ends a worker now. */
  void kill(String worker, String reason);

  /** Has a worker leave when it is let go. */
  CompletableFuture<Boolean> retire(String worker, String reason);

  /** What a worker's threads do. */
  CompletableFuture<Optional<String>> dump(String worker, Duration patience);

  /** Hears no more. */
  void forget();

  /** A pool, with the calls that its client makes. */
  record OfPool(String name, Pool<?> pool, PoolActivity activity, Runnable end) implements Watched {
    static OfPool watch(String name, Pool<?> pool) {
      var activity = new PoolActivity();
      return new OfPool(name, pool, activity, pool.listen(activity));
    }

    @Override
    public WorkerGroup look(ProcessUsage usage) {
      return look(
          new PoolSnapshot(name, pool.stats(), pool.counters(), soon(pool.workers())), usage);
    }

    WorkerGroup look(PoolSnapshot pooled, ProcessUsage usage) {
      Map<String, RunningCall> running = new HashMap<>();
      pool.running().forEach(call -> running.put(WorkerNames.id(call.worker()), call));
      return group(
          name,
          WorkerGroup.Kind.POOL,
          Optional.of(pooled),
          pooled.workers(),
          Map.of(),
          running,
          activity.activity(),
          usage);
    }

    @Override
    public void kill(String worker, String reason) {
      pool.kill(worker, reason);
    }

    @Override
    public CompletableFuture<Boolean> retire(String worker, String reason) {
      return pool.retire(worker, reason);
    }

    @Override
    public CompletableFuture<Optional<String>> dump(String worker, Duration patience) {
      return pool.dump(worker, patience);
    }

    @Override
    public void forget() {
      end.run();
    }
  }

  /** A server, whose callers are other processes. */
  record OfServer(String name, TaskServer server, ServerActivity activity, Runnable end)
      implements Watched {
    static OfServer watch(String name, TaskServer server) {
      var activity = new ServerActivity();
      return new OfServer(name, server, activity, server.listen(activity));
    }

    @Override
    public WorkerGroup look(ProcessUsage usage) {
      return group(
          name,
          WorkerGroup.Kind.SERVER,
          Optional.empty(),
          soon(server.stats()),
          Redaction.of(server.settings()),
          Map.of(),
          activity.activity(),
          usage);
    }

    @Override
    public void kill(String worker, String reason) {
      server.kill(worker, reason);
    }

    @Override
    public CompletableFuture<Boolean> retire(String worker, String reason) {
      return server.retire(worker, reason);
    }

    @Override
    public CompletableFuture<Optional<String>> dump(String worker, Duration patience) {
      return server.dump(worker, patience);
    }

    @Override
    public void forget() {
      end.run();
    }
  }

  private static Optional<ServerStats> soon(CompletableFuture<ServerStats> stats) {
    try {
      return Optional.of(stats.get(1, TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static WorkerGroup group(
      String name,
      WorkerGroup.Kind kind,
      Optional<PoolSnapshot> pooled,
      Optional<ServerStats> stats,
      Map<String, String> settings,
      Map<String, RunningCall> running,
      Activity activity,
      ProcessUsage usage) {
    var workers = new ArrayList<WorkerGroup.Worker>();
    var since = Duration.ZERO;
    int waiting = 0;
    if (stats.isPresent()) {
      for (ServerStats.Worker each : stats.get().workers()) {
        workers.add(worker(each, kind, running.get(each.id()), usage));
      }
      for (ServerStats.Waiting each : stats.get().waiting()) {
        waiting += each.connections();
        since = since.compareTo(each.since()) < 0 ? each.since() : since;
      }
    }
    workers.sort(ORDER);
    return new WorkerGroup(
        name,
        kind,
        pooled.map(PoolSnapshot::stats),
        pooled.map(PoolSnapshot::counters),
        stats.isPresent(),
        stats.map(ServerStats::started).orElse(0),
        stats.map(ServerStats::killed).orElse(0),
        waiting,
        since,
        stats.flatMap(ServerStats::trouble),
        stats.map(ServerStats::draining).orElse(false),
        settings,
        List.copyOf(workers),
        activity);
  }

  /** What may need somebody first: in trouble, long in a call, busy; then the rest by age. */
  Comparator<WorkerGroup.Worker> ORDER =
      Comparator.comparing((WorkerGroup.Worker worker) -> !worker.isBad())
          .thenComparing(WorkerGroup.Worker::inCall, Comparator.reverseOrder())
          .thenComparing(worker -> !worker.isBusy())
          .thenComparing(WorkerGroup.Worker::age, Comparator.reverseOrder());

  private static WorkerGroup.Worker worker(
      ServerStats.Worker each,
      WorkerGroup.Kind kind,
      @Nullable RunningCall call,
      ProcessUsage usage) {
    Snapshot.Usage takes =
        each.pid() == ProcessHandle.current().pid() ? Snapshot.Usage.NONE : usage.of(each.pid());
    return new WorkerGroup.Worker(
        each.id(),
        each.pid(),
        state(each.state(), kind, call),
        each.inState(),
        each.reason(),
        each.toBeReplaced(),
        each.address(),
        Duration.ofMillis(each.ageMillis()),
        each.checkouts(),
        call == null ? "" : call.method(),
        call == null ? Duration.ZERO : call.ran(),
        takes.rssBytes(),
        takes.cpu());
  }

  /** To a supervisor a worker with a connection is busy; a pool knows what it does with it. */
  private static String state(String state, WorkerGroup.Kind kind, @Nullable RunningCall call) {
    if (kind == WorkerGroup.Kind.SERVER || !state.equals("BUSY")) {
      return state;
    }
    return call == null ? "IDLE" : call.method().isEmpty() ? "CHECKED_OUT" : state;
  }
}
