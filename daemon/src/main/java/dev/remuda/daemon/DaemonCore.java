package dev.remuda.daemon;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.remuda.Pool;
import dev.remuda.server.ServerStats;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A running daemon: its parts, and the order in which they begin and end. */
final class DaemonCore {
  private static final System.Logger LOG = System.getLogger("dev.remuda.daemon");
  private static final long ANSWER_SECONDS = 1;
  private static final long CLOSE_SECONDS = 5;

  private final DaemonSettings settings;
  private final Instant started = Instant.now();
  private final long startedNanos = System.nanoTime();
  private final @Nullable Console console;
  private final Vertx vertx;
  private final LoopWatch loopWatch;
  private final SystemTime time;
  private final Daemon daemon = new Daemon(this);
  private final Map<String, HostedJob> jobs = new LinkedHashMap<>();
  private final KickSources sources = new KickSources();
  private final CronTimers crons = new CronTimers();
  private final List<Endpoint> begun = new ArrayList<>();
  private final CompletableFuture<ExitReason> ended = new CompletableFuture<>();
  private final ReentrantLock closing = new ReentrantLock();
  private volatile DaemonStats.State state = DaemonStats.State.STARTING;

  @GuardedBy("this")
  private int reloads;

  @GuardedBy("this")
  private @Nullable String reloadError;

  private DaemonCore(DaemonSettings settings) {
    this.settings = settings;
    console = settings.capture() ? Console.capture(settings.name()) : null;
    time = new SystemTime(settings.name());
    vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(1)
                .setFileSystemOptions(
                    new FileSystemOptions()
                        .setFileCachingEnabled(false)
                        .setClassPathResolvingEnabled(false)));
    loopWatch = new LoopWatch(vertx.getOrCreateContext(), settings.name(), LoopWatch.SETTLES);
    var random = new SplittableRandom();
    for (Job job : settings.jobs()) {
      jobs.put(job.name(), new HostedJob(job, time, random.split()));
    }
  }

  /** The settings have been checked. */
  static Daemon start(DaemonSettings settings) {
    var core = new DaemonCore(settings);
    var problems = new ArrayList<Exception>();
    core.startEndpoints(problems);
    core.startJobs(problems);
    if (!problems.isEmpty()) {
      core.end(Duration.ZERO);
      throw cannotStart(settings, problems);
    }
    core.state = DaemonStats.State.RUNNING;
    LOG.log(
        System.Logger.Level.INFO,
        "{0}: process {1} runs, with {2}",
        settings.name(),
        Long.toString(ProcessHandle.current().pid()),
        settings.asText());
    return core.daemon;
  }

  /** Those too that could not begin: they were given to the daemon. */
  static void closeParts(DaemonSettings settings) {
    settings.parts().reversed().forEach(DaemonCore::closed);
  }

  private static UncheckedIOException cannotStart(
      DaemonSettings settings, List<Exception> problems) {
    String all = String.join("; ", problems.stream().map(DaemonCore::message).toList());
    var thrown =
        new UncheckedIOException(
            new IOException("the daemon '" + settings.name() + "' cannot start: " + all));
    problems.forEach(thrown::addSuppressed);
    return thrown;
  }

  private static String message(Exception e) {
    return e instanceof IOException && e.getMessage() != null ? e.getMessage() : e.toString();
  }

  private void startEndpoints(List<Exception> problems) {
    for (Part part : settings.parts()) {
      if (part instanceof Part.OfEndpoint(Endpoint endpoint)) {
        try {
          endpoint.start(daemon);
          begun.add(endpoint);
        } catch (Exception e) {
          problems.add(new IOException("'" + part.name() + "': " + message(e), e));
        }
      }
    }
  }

  private void startJobs(List<Exception> problems) {
    for (HostedJob job : jobs.values()) {
      sources.add(job);
      crons.add(job, time);
    }
    sources.start(problems);
    if (!problems.isEmpty()) {
      return;
    }
    crons.start();
    List<HostedJob> polling = jobs.values().stream().filter(HostedJob::polls).toList();
    Stagger.start(polling, settings.startSpread());
  }

  String name() {
    return settings.name();
  }

  Vertx vertx() {
    return vertx;
  }

  Map<String, Pool<?>> pools() {
    Map<String, Pool<?>> pools = new LinkedHashMap<>();
    for (Part part : settings.parts()) {
      if (part instanceof Part.OfPool(String name, Pool<?> pool)) {
        pools.put(name, pool);
      }
    }
    return pools;
  }

  Map<String, QueueConsumers> queues() {
    Map<String, QueueConsumers> queues = new LinkedHashMap<>();
    for (Part part : settings.parts()) {
      if (part instanceof Part.OfEndpoint(QueueConsumers consumers)) {
        queues.put(part.name(), consumers);
      }
    }
    return queues;
  }

  Optional<ExitReason> exitReason() {
    return Optional.ofNullable(ended.getNow(null));
  }

  /** Done when it has been closed. */
  CompletableFuture<ExitReason> ended() {
    return ended;
  }

  void kick(String name, String cause) {
    HostedJob job = jobs.get(name);
    if (job == null) {
      throw new IllegalArgumentException(
          "there is no job '" + name + "' in '" + name() + "', which has " + jobs.keySet());
    }
    job.kick(cause, 1);
  }

  int cancel(String name) {
    return jobs.values().stream().mapToInt(job -> job.cancel(name, "it was cancelled")).sum();
  }

  synchronized void reload() {
    var failures = new ArrayList<String>();
    settings.reloads().forEach(reload -> reloaded("a reload", reload, failures));
    for (Part part : settings.parts()) {
      if (part instanceof Part.OfEndpoint(Endpoint endpoint)) {
        reloaded("'" + endpoint.name() + "'", endpoint::reload, failures);
      }
    }
    reloads++;
    reloadError = failures.isEmpty() ? null : String.join("; ", failures);
    LOG.log(
        System.Logger.Level.INFO,
        "{0}: reloaded{1}",
        name(),
        failures.isEmpty() ? "" : ", but for " + reloadError);
  }

  private static void reloaded(String what, Reload reload, List<String> failures) {
    try {
      reload.reload();
    } catch (Exception e) {
      failures.add(what + ": " + RunTally.text(e));
      LOG.log(System.Logger.Level.ERROR, what + " failed to reload; all goes on as before", e);
    }
  }

  DaemonStats stats() {
    var pools = new ArrayList<PoolSnapshot>();
    var endpoints = new ArrayList<EndpointStats>();
    var datagrams = new ArrayList<DatagramStats>();
    var queues = new ArrayList<QueueStats>();
    for (Part part : settings.parts()) {
      switch (part) {
        case Part.OfPool(String name, Pool<?> pool) -> pools.add(snapshot(name, pool));
        case Part.OfEndpoint(Endpoint endpoint) -> {
          endpoints.add(new EndpointStats(endpoint.name(), endpoint.addresses()));
          switch (endpoint) {
            case Datagrams received -> datagrams.add(received.stats());
            case QueueConsumers consumers -> queues.add(consumers.stats());
            default -> {}
          }
        }
      }
    }
    synchronized (this) {
      return new DaemonStats(
          name(),
          ProcessHandle.current().pid(),
          state,
          started,
          Duration.ofNanos(System.nanoTime() - startedNanos),
          Runtime.version().toString(),
          settings.asText(),
          runners(),
          pools,
          endpoints,
          datagrams,
          queues,
          loopWatch.stats(),
          reloads,
          Optional.ofNullable(reloadError));
    }
  }

  private List<RunnerStats> runners() {
    return jobs.values().stream()
        .map(job -> job.stats(sources.states(job.job()), crons.next(job)))
        .toList();
  }

  private static PoolSnapshot snapshot(String name, Pool<?> pool) {
    return new PoolSnapshot(name, pool.stats(), pool.counters(), workers(pool));
  }

  private static Optional<ServerStats> workers(Pool<?> pool) {
    try {
      return Optional.of(pool.workers().get(ANSWER_SECONDS, TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  ConsoleStats console() {
    return console == null ? new ConsoleStats(List.of(), List.of(), List.of()) : console.stats();
  }

  void close() {
    closing.lock();
    try {
      if (!ended.isDone()) {
        ended.complete(end(settings.grace()));
      }
    } finally {
      closing.unlock();
    }
  }

  private ExitReason end(Duration grace) {
    state = DaemonStats.State.DRAINING;
    sources.close();
    crons.close();
    ExitReason reason = new Drain(List.copyOf(jobs.values()), begun).run(grace);
    closeParts(settings);
    loopWatch.close();
    closeVertx();
    time.close();
    state = DaemonStats.State.CLOSED;
    if (console != null) {
      console.close();
    }
    return reason;
  }

  private static void closed(Part part) {
    try {
      part.close();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "'" + part.name() + "' failed to close", e);
    }
  }

  private void closeVertx() {
    try {
      vertx.close().toCompletionStage().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.log(System.Logger.Level.WARNING, name() + ": its loop did not end in order", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
