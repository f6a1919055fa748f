package dev.remuda.server;

import dev.remuda.protocol.WorkerExit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Starts, watches and reaps workers; all of its state belongs to one loop. */
final class Supervisor
    implements WorkerProcess.Listener,
        Population.Nursery,
        RuleKeeper.Herd,
        LifeSigns.Herd,
        WorkerWords.Host {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  /** How long a lock's file that somebody has removed may be missing. */
  private static final long KEEP_LOCKS_MILLIS = 5_000;

  private final ServerConfig config;
  private final EventLoop loop;
  private final ByteBuffer scratch = LineReader.buffer();
  private final ExitReader exitReader;
  private final List<Population> populations = new ArrayList<>();
  private final Map<String, WorkerProcess> living = new LinkedHashMap<>();
  private final Exits exits = new Exits();
  private final Events events = new Events();
  private final RuleKeeper rules;
  private final AskBack askBack;
  private final AotKeeper aot;
  private final LifeSigns lifeSigns;
  private final WorkerWords words;
  private final CompletableFuture<@Nullable Void> closed = new CompletableFuture<>();
  private @Nullable ControlPoint control;
  private int started;
  private int killed;
  private @Nullable String drainReason;
  private final CompletableFuture<@Nullable Void> proven = new CompletableFuture<>();
  private boolean closing;

  Supervisor(ServerConfig config) throws IOException {
    this.config = config;
    this.loop = new EventLoop("remuda-supervisor " + config.name());
    this.exitReader = new ExitReader(config.crashReports());
    this.rules = new RuleKeeper(config.rules(), loop, this);
    this.askBack = new AskBack(loop, this);
    this.aot = new AotKeeper(config, loop, scratch, this::endIfLast);
    this.lifeSigns = new LifeSigns(loop, this, config.startLimit(), config.program().isDebugged());
    this.words = new WorkerWords(askBack, rules, lifeSigns, this);
  }

  /** Takes over the listening sockets; nothing is started before {@link #start}. */
  void add(ListenPoint point) throws IOException {
    populations.add(new Population(point, config.standby(), loop, this));
    TlsGateway gateway = point.gateway();
    if (gateway != null) {
      gateway.start(refused -> loop.execute(() -> events.tell(refused)));
    }
  }

  /**
   * From here on all that it listens on is its own; blocks until that is so.
   *
   * @param point the control address, if there is one
   * @param description what it tells of the server that never changes
   */
  void open(@Nullable ListenPoint point, Map<String, Object> description) throws IOException {
    var opened = new CompletableFuture<@Nullable Void>();
    loop.execute(() -> {
      try {
        if (point != null) {
          control(point, description);
        }
        own();
        opened.complete(null);
      } catch (IOException | RuntimeException e) {
        opened.completeExceptionally(e);
      }
    });
    try {
      opened.join();
    } catch (CompletionException e) {
      throw new IOException("cannot open the control address: " + e.getCause(), e);
    }
  }

  /** No other server shares what it listens on any more; the loop only. */
  void own() throws IOException {
    for (Population population : populations) {
      population.drain().own();
    }
    if (control != null) {
      control.point().own();
    }
  }

  private void control(ListenPoint point, Map<String, Object> description) throws IOException {
    var commands = new ControlCommands(this, loop, description);
    control = new ControlPoint(point, loop, scratch, commands, ControlPoint.Allowance.USUAL);
  }

  void start() {
    loop.execute(() -> {
      aot.begin();
      populations.forEach(this::balance);
      rules.begin();
      keepLocks();
      prove();
    });
    loop.start();
    Leftovers.remove(config.aotCache());
  }

  private void keepLocks() {
    points().forEach(ListenPoint::keepLock);
    loop.schedule(KEEP_LOCKS_MILLIS, this::keepLocks);
  }

  /**
   * Completes when each address has had a ready worker, where it shall have one and may have one
   * more; fails with {@link IOException} at the first trouble.
   */
  CompletableFuture<@Nullable Void> proven() {
    return proven;
  }

  @Override
  public void prove() {
    Optional<String> trouble = trouble();
    if (trouble.isPresent()) {
      proven.completeExceptionally(new IOException(trouble.get()));
    } else if (populations.stream().allMatch(Population::isProven)
        || (isFull() && populations.stream().anyMatch(Population::wasReady))) {
      proven.complete(null);
    }
  }

  /** Those who wait at one address may need all that there may be. */
  private boolean isFull() {
    return config.maxWorkers() > 0 && living.size() >= config.maxWorkers();
  }

  /** All that is listened on, the control address last; the loop only. */
  List<ListenPoint> points() {
    var points = new ArrayList<>(populations.stream().map(Population::point).toList());
    if (control != null) {
      points.add(control.point());
    }
    return points;
  }

  /** Whether it takes no more work; the loop only. */
  boolean isLeaving() {
    return drainReason != null || closing;
  }

  /** Whether it ends at once; the loop only. */
  boolean isClosing() {
    return closing;
  }

  /** Runs a task on the loop. */
  void execute(Runnable task) {
    loop.execute(task);
  }

  private void balance(Population population) {
    try {
      population.balance();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot look after " + population.point().address(), e);
    }
  }

  @Override
  public void drained() {
    loop.execute(this::endIfLast);
  }

  @Override
  public @Nullable WorkerProcess start(ListenPoint point) throws IOException {
    if (config.maxWorkers() > 0) {
      int places = config.maxWorkers() + spare() - living.size();
      if (places <= 0 || (places == 1 && othersWaitLonger(point))) {
        return null;
      }
    }
    String id = config.name() + "(" + (started + 1) + ")";
    SpawnedWorker spawned =
        SpawnedWorker.start(
            id, aot.program(id), config.environment(), config.workingDirectory(), point.fd());
    started++;
    try {
      var worker = new WorkerProcess(loop, scratch, this, point, exitReader, spawned);
      living.put(id, worker);
      events.started(worker);
      lifeSigns.wake();
      return worker;
    } catch (IOException | RuntimeException | Error e) {
      spawned.abandon();
      throw e;
    }
  }

  /** The last place goes to the address where somebody has waited longest. */
  private boolean othersWaitLonger(ListenPoint point) {
    long own = -1;
    long longest = -1;
    for (Population population : populations) {
      if (population.point() == point) {
        own = population.waitMillis();
      } else if (population.couldStart()) {
        longest = Math.max(longest, population.waitMillis());
      }
    }
    return longest > own;
  }

  /** Whoever is to be replaced leaves later than the other comes. */
  private int spare() {
    for (WorkerProcess worker : living.values()) {
      if (worker.replacedFor() != null) {
        return 1;
      }
    }
    return 0;
  }

  @Override
  public void moved(WorkerProcess worker, WorkerState was, String reason) {
    events.moved(worker, was, reason);
    lifeSigns.wake();
  }

  /** The loop only. */
  Events events() {
    return events;
  }

  /** What it gives ends it; any thread. */
  Runnable listen(Consumer<ServerEvent> listener) {
    loop.execute(() -> events.listen(listener));
    return () -> loop.execute(() -> events.forget(listener));
  }

  @Override
  public void said(WorkerProcess worker, String line) {
    words.hear(worker, line);
  }

  @Override
  public void late(WorkerProcess worker, String why) throws IOException {
    LOG.log(System.Logger.Level.WARNING, "{0}: {1}", worker.id(), why);
    worker.remark(why);
    populationOf(worker).balance();
  }

  @Override
  public List<WorkerProcess> workers() {
    return List.copyOf(living.values());
  }

  @Override
  public void replace(WorkerProcess worker, String reason) throws IOException {
    populationOf(worker).replace(worker, reason);
  }

  @Override
  public void release(WorkerProcess worker, String reason) throws IOException {
    populationOf(worker).replacements().retire(worker, reason);
  }

  @Override
  public void starved(ListenPoint point, int waiting) {
    askBack.starved(point.address().toString(), waiting);
  }

  /**
   * What all threads of a worker do; the loop only.
   *
   * @param then hears it, if the worker says it
   * @return forgets who asked
   */
  Runnable dumpNow(WorkerProcess worker, Consumer<String> then) {
    if (worker.dumps().add(then)) {
      worker.tell("dump");
    }
    return () -> worker.dumps().forget(then);
  }

  /** Nothing where it does not live, or has not said it in time. */
  CompletableFuture<Optional<String>> dump(String workerId, Duration patience) {
    var answer = new CompletableFuture<Optional<String>>();
    loop.execute(() -> {
      WorkerProcess worker = living.get(workerId);
      if (worker == null) {
        answer.complete(Optional.empty());
        return;
      }
      Runnable forget = dumpNow(worker, text -> answer.complete(Optional.of(text)));
      Runnable forgetEnd = exits.await(workerId, exit -> answer.complete(Optional.empty()));
      loop.schedule(patience.toMillis(), () -> answer.complete(Optional.empty()));
      answer.whenComplete((text, e) ->
          loop.execute(() -> {
            forget.run();
            forgetEnd.run();
          }));
    });
    return answer;
  }

  @Override
  public void printed(WorkerProcess worker, WorkerOutput.Stream stream, String line) {
    if (aot.printed(worker.id(), line)) {
      return;
    }
    try {
      config.output().line(worker.id(), stream, line);
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "the listener to workers' output failed", e);
    }
  }

  @Override
  public void ended(WorkerProcess worker, WorkerExit exit) {
    living.remove(worker.id());
    aot.ended(worker.state(), exit);
    if (exit.reason() != null) {
      killed++;
    }
    exits.add(exit);
    events.ended(exit);
    LOG.log(System.Logger.Level.DEBUG, exit.summary());
    try {
      populationOf(worker).ended(worker, exit);
      for (Population population : populations) {
        population.balance(); // there is room for one more, under the common maximum
      }
      prove();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "after the end of " + worker.id(), e);
    }
    endIfLast();
  }

  @Override
  public Population populationOf(WorkerProcess worker) {
    for (Population population : populations) {
      if (population.point().equals(worker.point())) {
        return population;
      }
    }
    throw new IllegalStateException(worker.id() + " belongs to no address");
  }

  /** How a worker ended, once it has; empty for one that never was or is long forgotten. */
  CompletableFuture<Optional<WorkerExit>> exitOf(String workerId) {
    var answer = new CompletableFuture<Optional<WorkerExit>>();
    loop.execute(() -> {
      WorkerExit known = exits.of(workerId);
      if (known != null || !living.containsKey(workerId)) {
        answer.complete(Optional.ofNullable(known));
        return;
      }
      Runnable forget = exits.await(workerId, exit -> answer.complete(Optional.of(exit)));
      answer.whenComplete((exit, e) -> loop.execute(forget)); // the asker may tire of waiting
    });
    return answer;
  }

  /** The ends of workers; the loop only. */
  Exits exits() {
    return exits;
  }

  /** One that lives; the loop only. */
  @Nullable WorkerProcess worker(String workerId) {
    return living.get(workerId);
  }

  void kill(String workerId, String reason) {
    loop.execute(() -> {
      WorkerProcess worker = living.get(workerId);
      if (worker != null) {
        kill(worker, reason);
      }
    });
  }

  /**
   * Has a worker leave when it is released, and another come first.
   *
   * @return false for one that does not live, or is on its way already
   */
  boolean retireNow(String workerId, String reason) {
    WorkerProcess worker = living.get(workerId);
    if (worker == null || !worker.state().stays()) {
      return false;
    }
    try {
      populationOf(worker).replace(worker, reason);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot retire " + worker.id(), e);
    }
    return true;
  }

  CompletableFuture<Boolean> retire(String workerId, String reason) {
    var answer = new CompletableFuture<Boolean>();
    loop.execute(() -> answer.complete(retireNow(workerId, reason)));
    return answer;
  }

  /** Replaces all workers, a few at a time; the loop only. */
  void reloadNow(String reason) {
    LOG.log(System.Logger.Level.INFO, "{0}: all workers are replaced: {1}", config.name(), reason);
    events.tell(new ServerEvent.Reloading(Instant.now(), reason));
    if (config.tls() != null) {
      Thread.startVirtualThread(
          config.tls()::current); // what is wrong with changed files is said now
    }
    for (Population population : populations) {
      try {
        population.replaceAll(reason);
      } catch (IOException e) {
        LOG.log(System.Logger.Level.ERROR, "cannot reload " + population.point().address(), e);
      }
    }
  }

  void reload(String reason) {
    loop.execute(() -> reloadNow(reason));
  }

  private static void kill(WorkerProcess worker, String reason) {
    try {
      worker.kill(reason);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot kill " + worker.id(), e);
    }
  }

  CompletableFuture<ServerStats> stats() {
    var answer = new CompletableFuture<ServerStats>();
    loop.execute(() -> answer.complete(statsNow()));
    return answer;
  }

  /** The counts of this moment; the loop only. */
  ServerStats statsNow() {
    return new ServerStats(
        started,
        killed,
        words.refusals().count(),
        living.values().stream().map(WorkerProcess::stats).toList(),
        closing
            ? List.of()
            : populations.stream().flatMap(each -> each.waiting().stream()).toList(),
        trouble(),
        populations.stream()
            .map(each -> each.point().gateway())
            .filter(Objects::nonNull)
            .map(TlsGateway::stats)
            .toList(),
        drainReason != null);
  }

  /** Which cache the next worker starts with. */
  CompletableFuture<AotStatus> aotStatus() {
    var answer = new CompletableFuture<AotStatus>();
    loop.execute(() -> answer.complete(aot.status()));
    return answer;
  }

  /** The loop only. */
  AotStatus aotStatusNow() {
    return aot.status();
  }

  private Optional<String> trouble() {
    return populations.stream().map(Population::trouble).filter(t -> t != null).findFirst();
  }

  /** Kills all workers; done when the last is reaped and nothing is left open. */
  CompletableFuture<@Nullable Void> close() {
    loop.execute(() -> {
      if (!closing) {
        close("its server was closed");
        endIfLast();
      }
    });
    return closed;
  }

  /** The same after a while, in which checkouts may come to their end; all may end before that. */
  CompletableFuture<@Nullable Void> close(Duration grace) {
    loop.execute(() -> {
      drainNow("its server is closing");
      String late = "its checkout was not over " + grace.toMillis() + " ms after it was asked back";
      loop.schedule(
          grace.toMillis(),
          () -> {
            if (!closing) {
              close(late);
              endIfLast();
            }
          });
    });
    return closed;
  }

  /** No more work is taken; all ends with the last checkout. */
  CompletableFuture<@Nullable Void> drain(String reason) {
    loop.execute(() -> drainNow(reason));
    return closed;
  }

  /** The loop only. */
  void drainNow(String reason) {
    if (drainReason != null || closing) {
      return;
    }
    drainReason = reason;
    aot.stop();
    LOG.log(System.Logger.Level.INFO, "{0} takes no more work: {1}", config.name(), reason);
    events.tell(new ServerEvent.Draining(Instant.now(), reason));
    for (Population population : populations) {
      try {
        population.drain().begin(reason);
      } catch (IOException e) {
        LOG.log(System.Logger.Level.ERROR, "cannot drain " + population.point().address(), e);
      }
    }
    endIfLast();
  }

  /** As a drain, but what it listened on is another server's; the loop only. */
  void leave(String reason) {
    if (closing) {
      return;
    }
    drainReason = reason;
    aot.stop();
    events.tell(new ServerEvent.Draining(Instant.now(), reason));
    try {
      for (Population population : populations) {
        population.drain().leave(reason);
      }
      if (control != null) {
        control.leave();
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot close what was handed over", e);
    }
    endIfLast();
  }

  /** Done when all workers are reaped and nothing is left open, for whatever reason. */
  CompletableFuture<@Nullable Void> ended() {
    return closed;
  }

  private void close(String reason) {
    closing = true;
    aot.stop();
    populations.forEach(population -> close(population, reason));
  }

  private static void close(Population population, String reason) {
    try {
      population.close(reason);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot close " + population.point().address(), e);
    }
  }

  /** After the last end: whoever asks for it still hears it. */
  private void closeControl() {
    if (control == null) {
      return;
    }
    try {
      control.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot close the control address", e);
    }
    control = null;
  }

  private void endIfLast() {
    if (!living.isEmpty() || aot.isBusy()) {
      return;
    }
    if (drainReason != null
        && !closing
        && populations.stream().allMatch(each -> each.drain().isDrained())) {
      close(drainReason);
    }
    if (closing) {
      closeControl();
      loop.end(() -> closed.complete(null));
    }
  }
}
