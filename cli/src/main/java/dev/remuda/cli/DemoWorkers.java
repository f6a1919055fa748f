package dev.remuda.cli;

import dev.remuda.Pool;
import dev.remuda.client.PoolStats;
import dev.remuda.daemon.Daemon;
import dev.remuda.protocol.WorkerExit;
import dev.remuda.server.ServerStats;
import dev.remuda.status.StatusPage;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The pools of the demo and its files. Counts every worker, and takes all away at the end, also
 * when a signal is the end.
 */
final class DemoWorkers implements AutoCloseable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long POLL_MILLIS = 5;

  private final DemoReport report;
  private final Path folder;
  private final List<Pool<?>> pools = new ArrayList<>();
  private final Set<Long> pids = new LinkedHashSet<>();
  private final Thread atExit;
  private int started;
  private int killed;
  private int died;
  private boolean closed;
  private @Nullable Daemon daemon;
  private @Nullable StatusPage page;

  private DemoWorkers(DemoReport report, Path folder) {
    this.report = report;
    this.folder = folder;
    this.atExit = new Thread(this::interrupted, "demo-close");
  }

  static DemoWorkers create(DemoReport report, StatusOptions status)
      throws IOException, CommandException {
    Path folder = Files.createTempDirectory("remuda-demo-");
    var created = new DemoWorkers(report, folder);
    if (status.isWanted()) {
      created.open(status);
    }
    Runtime.getRuntime().addShutdownHook(created.atExit);
    return created;
  }

  private void open(StatusOptions status) throws CommandException {
    var shown = new StatusPage[1];
    try {
      daemon = status.open("demo", false, page -> shown[0] = page);
      page = shown[0];
    } catch (CommandException e) {
      remove();
      throw e;
    }
  }

  /** A file of the demo's own, removed with it. */
  Path file(String name) {
    return folder.resolve(name);
  }

  /** Starts a pool and waits until so many of its workers are ready. */
  <T> Pool<T> start(Pool.Builder<T> builder, int workers) throws InterruptedException {
    Pool<T> pool;
    synchronized (pools) { // a signal's clean-up waits until it is known
      pool = builder.minWorkers(workers).start();
      pools.add(pool);
    }
    settle(pool, workers);
    if (page != null) {
      page.show(name(pool), pool);
    }
    return pool;
  }

  /** After what its workers are called. */
  private static String name(Pool<?> pool) {
    return pool.workers().join().workers().stream()
        .map(worker -> worker.id().replaceAll("\\(\\d+\\)$", ""))
        .findFirst()
        .orElse("pool");
  }

  /** Counts a pool's workers and closes it. */
  void end(Pool<?> pool, int workers) throws InterruptedException {
    settle(pool, workers);
    ServerStats stats = pool.workers().join();
    started += stats.started();
    stats.workers().forEach(worker -> pids.add(worker.pid()));
    if (page != null) {
      page.hide(pool);
    }
    pool.close();
  }

  /** Notes the worker processes of this moment, to look for them in the end. */
  void note(Pool<?> pool) {
    pool.workers().join().workers().forEach(worker -> pids.add(worker.pid()));
  }

  /** One was killed at its call's deadline. */
  void killedOne() {
    killed++;
  }

  /** One died by itself; the report of its crash was shown, and is not kept. */
  void died(WorkerExit exit) throws IOException {
    died++;
    pids.add(exit.pid());
    if (exit.crashReport() != null) {
      Files.deleteIfExists(Path.of(exit.crashReport()));
    }
  }

  /** Replacements are started in the background: without this the count could miss one. */
  private static void settle(Pool<?> pool, int workers) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    PoolStats stats = pool.stats();
    while (stats.idle() < workers || stats.active() > 0) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "its workers were not ready within 30 s " + stats + pool.workers().join().trouble());
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      stats = pool.stats();
    }
  }

  /** Asks the system, not the pools, who still lives. */
  void count() {
    long children = ProcessHandle.current().descendants().count();
    long noted =
        pids.stream()
            .filter(pid -> ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false))
            .count();
    long left = Math.max(children, noted);
    boolean clean = !Files.exists(folder);
    report.check(
        left == 0 && clean && killed == 1 && died == 2,
        "workers: %d started, %d killed, %d died, %d closed, %d left over"
            .formatted(started, killed, died, started - killed - died, left));
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("started", started);
    summary.put("killed", killed);
    summary.put("died", died);
    summary.put("leftOver", left);
    report.summarise("workers", summary);
  }

  private void interrupted() {
    report.mute();
    close();
  }

  /** Closes what is still open and removes the files; closing twice is closing once. */
  @Override
  public void close() {
    Daemon shown = daemon;
    if (shown != null) {
      shown.close();
    }
    synchronized (pools) {
      pools.forEach(Pool::close);
      if (!closed) {
        closed = true;
        remove();
      }
    }
    if (!Thread.currentThread().equals(atExit)) {
      forgetHook();
    }
  }

  private void forgetHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The JVM is going down: the hook finds all done.
    }
  }

  private void remove() {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      report.check(false, "cannot remove " + folder + ": " + e);
    }
  }
}
