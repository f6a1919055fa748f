package dev.remuda.benchmarks;

import dev.remuda.protocol.Address;
import dev.remuda.server.AotCache;
import dev.remuda.server.AotStatus;
import dev.remuda.server.ServerStats;
import dev.remuda.server.TaskServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Starts what keeps standby workers, ours or bare JVMs, by the same supervisor. */
final class Servers {
  /** The same for both, whatever this machine would make of it. */
  private static final String HEAP = "-Xmx256m";

  private static final long POLL_NANOS = 2_000_000;
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private final Address socket;
  private final Path caches;

  Servers(Path folder) {
    this(folder, "bench.sock");
  }

  Servers(Path folder, String name) {
    caches = folder;
    socket = new Address.Unix(folder.resolve(name));
  }

  Address socket() {
    return socket;
  }

  TaskServer ours(int standby) throws IOException {
    return ours(standby, AotCache.OFF);
  }

  /** Workers that start from the AOT cache which {@link #trainCache} has left. */
  TaskServer withCache(int standby) throws IOException {
    return ours(standby, AotCache.in(caches).neverTrained());
  }

  private TaskServer ours(int standby, AotCache cache) throws IOException {
    return builder(standby)
        .serve(EchoService.class, EchoWorker.class)
        .jvmArguments(HEAP)
        .aotCache(cache)
        .start();
  }

  /** Has one server train a cache; blocks until it is there, or it is said why there is none. */
  boolean trainCache(Progress progress) throws IOException {
    AotCache cache = AotCache.in(caches).trainedAfter(Duration.ZERO).trainedAtNiceness(0);
    progress.say("training an AOT cache");
    try (TaskServer server = ours(1, cache)) {
      long begin = System.nanoTime();
      AotStatus status = server.aotStatus().join();
      while (status.state() == AotStatus.State.TRAINING) {
        if (System.nanoTime() - begin > PATIENCE_NANOS) {
          throw new IOException("the AOT cache was not trained: " + status);
        }
        LockSupport.parkNanos(POLL_NANOS);
        status = server.aotStatus().join();
      }
      status.reason().ifPresent(reason -> progress.say("no AOT cache: " + reason));
      return status.state() == AotStatus.State.USED;
    }
  }

  /** JVMs with the same flags and class path, whose main says that it is ready and waits. */
  TaskServer bare(int standby) throws IOException {
    var command = new ArrayList<String>();
    command.add(ChildJvm.java());
    command.addAll(TaskServer.DEFAULT_JVM_ARGUMENTS);
    command.addAll(List.of(HEAP, "-cp", ChildJvm.classPath(), BareJvm.class.getName()));
    return builder(standby).command(command).start();
  }

  private TaskServer.Builder builder(int standby) {
    return TaskServer.builder().name("bench").listen(socket).standby(standby);
  }

  /**
   * Blocks until so many workers wait, and none does anything else.
   *
   * @throws IOException when that takes a minute
   */
  static List<ServerStats.Worker> awaitStandby(TaskServer server, int count) throws IOException {
    return await(
        server,
        workers ->
            workers.size() == count && workers.stream().allMatch(w -> w.state().equals("STANDBY")));
  }

  /** The same until one waits, whatever the others do. */
  static void awaitOneOnStandby(TaskServer server) throws IOException {
    await(server, workers -> workers.stream().anyMatch(w -> w.state().equals("STANDBY")));
  }

  private static List<ServerStats.Worker> await(
      TaskServer server, Predicate<List<ServerStats.Worker>> wanted) throws IOException {
    long begin = System.nanoTime();
    ServerStats stats = server.stats().join();
    while (!wanted.test(stats.workers())) {
      if (System.nanoTime() - begin > PATIENCE_NANOS) {
        throw new IOException("the workers did not get ready: " + stats);
      }
      LockSupport.parkNanos(POLL_NANOS);
      stats = server.stats().join();
    }
    return stats.workers();
  }

  /** Lets end what a worker does in the background after it is ready. */
  static void settle(long millis) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
