package dev.remuda.server;

import dev.remuda.protocol.WorkerExit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Starts, watches and reaps workers; all of its state belongs to one loop. */
final class Supervisor implements WorkerProcess.Listener {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");
  private static final String SETUP_FAILED = "setup-failed ";
  private static final Pattern LEAVING =
      Pattern.compile("leaving (1?[0-9]{1,2}|2[0-4][0-9]|25[0-5])");

  private final ServerConfig config;
  private final EventLoop loop;
  private final ByteBuffer scratch = LineReader.buffer();
  private final ExitReader exitReader;
  private final List<Population> populations = new ArrayList<>();
  private final Map<String, WorkerProcess> living = new LinkedHashMap<>();
  private final Exits exits = new Exits();
  private final CompletableFuture<@Nullable Void> closed = new CompletableFuture<>();
  private @Nullable ControlPoint control;
  private int started;
  private int killed;
  private final CompletableFuture<@Nullable Void> proven = new CompletableFuture<>();
  private boolean closing;
  private boolean leaving;

  Supervisor(ServerConfig config) throws IOException {
    this.config = config;
    this.loop = new EventLoop("remuda-supervisor " + config.name());
    this.exitReader = new ExitReader(config.crashReports());
  }

  /** Takes over the listening sockets; nothing is started before {@link #start}. */
  void add(ListenPoint point) throws IOException {
    populations.add(new Population(point, config.standby(), loop, this::startWorker));
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
        for (ListenPoint each : points()) {
          each.own();
        }
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

  private void control(ListenPoint point, Map<String, Object> description) throws IOException {
    var commands = new ControlCommands(this, loop, description);
    control = new ControlPoint(point, loop, scratch, commands, ControlPoint.Allowance.USUAL);
  }

  void start() {
    loop.execute(() -> {
      populations.forEach(this::balance);
      prove();
    });
    loop.start();
  }

  /**
   * Completes when each address has had a ready worker, where it shall have one; fails with {@link
   * IOException} at the first trouble.
   */
  CompletableFuture<@Nullable Void> proven() {
    return proven;
  }

  private void prove() {
    Optional<String> trouble = trouble();
    if (trouble.isPresent()) {
      proven.completeExceptionally(new IOException(trouble.get()));
    } else if (populations.stream().allMatch(Population::isProven)) {
      proven.complete(null);
    }
  }

  /** All that is listened on, the control address too; the loop only. */
  List<ListenPoint> points() {
    var points = new ArrayList<>(populations.stream().map(Population::point).toList());
    if (control != null) {
      points.add(control.point());
    }
    return points;
  }

  /** Whether it takes nothing new any more; the loop only. */
  boolean isLeaving() {
    return leaving || closing;
  }

  /** Runs a task on the loop. */
  void execute(Runnable task) {
    loop.execute(task);
  }

  /**
   * Ends without breaking anything off: listens no more, idle workers leave, the others serve their
   * connections to the end. It is over when the last has ended; the loop only.
   */
  void leave(String reason) {
    if (isLeaving()) {
      return;
    }
    leaving = true;
    for (Population population : populations) {
      try {
        population.leave(reason);
      } catch (IOException e) {
        LOG.log(System.Logger.Level.ERROR, "cannot leave " + population.point().address(), e);
      }
    }
    try {
      if (control != null) {
        control.leave();
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot leave the control address", e);
    }
    endIfLast();
  }

  private void balance(Population population) {
    try {
      population.balance();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot look after " + population.point().address(), e);
    }
  }

  private @Nullable WorkerProcess startWorker(ListenPoint point) throws IOException {
    if (config.maxWorkers() > 0 && living.size() >= config.maxWorkers()) {
      return null;
    }
    String id = config.name() + "(" + (started + 1) + ")";
    SpawnedWorker spawned =
        SpawnedWorker.start(
            id, config.program(), config.environment(), config.workingDirectory(), point.fd());
    started++;
    try {
      var worker = new WorkerProcess(loop, scratch, this, point, exitReader, spawned);
      living.put(id, worker);
      return worker;
    } catch (IOException e) {
      spawned.abandon();
      throw e;
    }
  }

  @Override
  public void said(WorkerProcess worker, String line) {
    try {
      Matcher leaving = LEAVING.matcher(line);
      if (leaving.matches()) {
        worker.leaving(Integer.parseInt(leaving.group(1)));
        return;
      }
      if (worker.state() == WorkerState.ENDING) {
        return;
      }
      Population population = populationOf(worker);
      if (!mayFollow(line, worker)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "{0} says ''{1}'' while {2}",
            worker.id(),
            line,
            worker.state());
      } else if (line.equals("ready")) {
        population.ready(worker);
      } else if (line.equals("accepted")) {
        population.taken(worker);
      } else if (line.startsWith(SETUP_FAILED)) {
        population.setupFailed(worker, line.substring(SETUP_FAILED.length()));
      } else {
        LOG.log(System.Logger.Level.WARNING, "{0} says what is not known: {1}", worker.id(), line);
      }
      prove();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "after '" + line + "' of " + worker.id(), e);
    }
  }

  /** Any program may write to its control channel: what makes no sense changes nothing. */
  private static boolean mayFollow(String line, WorkerProcess worker) {
    if (line.equals("ready")) {
      return worker.mayBecome(WorkerState.STANDBY);
    } else if (line.equals("accepted")) {
      return worker.mayBecome(WorkerState.BUSY);
    }
    return !line.startsWith(SETUP_FAILED) || worker.mayBecome(WorkerState.SETUP_FAILED);
  }

  @Override
  public void printed(WorkerProcess worker, WorkerOutput.Stream stream, String line) {
    try {
      config.output().line(worker.id(), stream, line);
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "the listener to workers' output failed", e);
    }
  }

  @Override
  public void ended(WorkerProcess worker, WorkerExit exit) {
    living.remove(worker.id());
    if (exit.reason() != null) {
      killed++;
    }
    exits.add(exit);
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

  private Population populationOf(WorkerProcess worker) {
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
    var workers = new ArrayList<ServerStats.Worker>();
    for (WorkerProcess each : living.values()) {
      workers.add(
          new ServerStats.Worker(
              each.id(),
              each.pid(),
              each.state().name(),
              each.point().address().toString(),
              each.age().toMillis(),
              each.readyAfter(),
              each.checkouts()));
    }
    return new ServerStats(started, killed, workers, trouble());
  }

  private Optional<String> trouble() {
    return populations.stream().map(Population::trouble).filter(t -> t != null).findFirst();
  }

  /** Done when it has ended, by whatever way. */
  CompletableFuture<@Nullable Void> ended() {
    return closed;
  }

  /** Kills all workers; done when the last is reaped and nothing is left open. */
  CompletableFuture<@Nullable Void> close() {
    loop.execute(() -> {
      if (!closing) {
        closing = true;
        populations.forEach(Supervisor::close);
        endIfLast();
      }
    });
    return closed;
  }

  private static void close(Population population) {
    try {
      population.close();
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
    if (isLeaving() && living.isEmpty()) {
      closeControl();
      loop.end(() -> closed.complete(null));
    }
  }
}
