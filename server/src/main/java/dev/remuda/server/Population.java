package dev.remuda.server;

import dev.remuda.protocol.WorkerExit;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The workers of one address: how many there should be, and since when that fails. Belongs to the
 * supervisor's loop.
 */
final class Population {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  /** How often the queue is looked at while connections wait for workers that are starting. */
  private static final long PRESSURE_MILLIS = 20;

  /** The same while there are as many workers as there may be: a death is noticed anyway. */
  private static final long FULL_MILLIS = 100;

  /** How long a connection may wait although a worker is free. */
  private static final long STUCK_MILLIS = 200;

  /** More at once only make each start slower. */
  static final int MAX_STARTING = 2 * Runtime.getRuntime().availableProcessors();

  private final ListenPoint point;
  private final int standby;
  private final EventLoop loop;
  private final Nursery nursery;
  private final Workers workers = new Workers();
  private final StartPauses pauses;
  private final Replacements replacements;
  private final AddressDrain drain;
  private final long listenTag;
  private boolean underPressure;
  private long waitSince;
  private boolean closed;
  private boolean ready;

  /** Who starts a process, if there may be one more. */
  interface Nursery {
    /** Null when the maximum is reached; one over it is allowed while some are replaced. */
    @Nullable WorkerProcess start(ListenPoint point) throws IOException;

    /** So many connections wait although there are as many workers as there may be. */
    void starved(ListenPoint point, int waiting);

    /** Nobody waits for a worker any more, and nobody will. */
    void drained();
  }

  Population(ListenPoint point, int standby, EventLoop loop, Nursery nursery) throws IOException {
    this.point = point;
    this.standby = standby;
    this.loop = loop;
    this.nursery = nursery;
    this.pauses = new StartPauses(loop, point, this::tryAgain);
    this.replacements = new Replacements(workers, standby, loop, this::rebalance);
    this.drain = new AddressDrain(point, workers, replacements, loop, new Draining());
    this.listenTag =
        loop.watch(point.fd(), Epoll.EPOLLIN | Epoll.EPOLLONESHOT, this::connectionWaits);
  }

  ListenPoint point() {
    return point;
  }

  /** Why there are no workers, while that is so. */
  @Nullable String trouble() {
    return pauses.trouble();
  }

  /** Whether any worker ever was. */
  boolean wasReady() {
    return ready;
  }

  /** A worker was ready once, or none is wanted before somebody connects. */
  boolean isProven() {
    return ready || standby == 0;
  }

  /** A free worker takes it at once, unless it is stopped or worse: then another is started. */
  private void connectionWaits() throws IOException {
    balance();
    if (!closed && drain.reason() == null && hasFree()) {
      loop.schedule(STUCK_MILLIS, this::lookAgain);
    }
  }

  private void lookAgain() {
    if (closed || drain.reason() != null) {
      return;
    }
    if (hasFree()
        && point.waiting() > 0
        && workers.count(WorkerState.STARTING) == 0
        && !pauses.underWay()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "a connection to {0} has waited {1} ms although a worker is free; one more is started",
          point.address(),
          STUCK_MILLIS);
      start();
    }
    rebalance();
    watchAgain();
  }

  private void watchAgain() {
    try {
      loop.rearm(point.fd(), Epoll.EPOLLIN | Epoll.EPOLLONESHOT, listenTag);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot watch " + point.address(), e);
    }
  }

  private boolean hasFree() {
    return workers.accepting() > 0;
  }

  /** Starts what is missing, and watches for connections that nobody is free to take. */
  void balance() throws IOException {
    if (drain.reason() != null) {
      drain.goOn();
      return;
    }
    if (closed || pauses.underWay()) {
      return;
    }
    replacements.retireReplaced();
    int free = workers.staying(WorkerState.STANDBY) + workers.staying(WorkerState.SETUP_FAILED);
    int starting = workers.staying(WorkerState.STARTING) - (workers.anyLate() ? 1 : 0);
    int waiting = hasFree() ? 0 : point.waiting();
    waitSince = waiting == 0 ? 0 : waitSince == 0 ? System.nanoTime() | 1 : waitSince;
    int spare = workers.anyToReplace() ? Math.max(1, standby) : standby;
    int wanted = Math.max(spare, waiting) - free - starting;
    if (pauses.trouble() != null) {
      wanted = Math.min(wanted, 1 - free - starting);
    }
    wanted = Math.min(wanted, MAX_STARTING - workers.allStarting());
    boolean full = false;
    for (int i = 0; i < wanted && !full && !pauses.underWay(); i++) {
      full = !start();
    }
    watchQueue(workers.accepting(), waiting, full);
  }

  /** While none is free, the next connection must be noticed. */
  private void watchQueue(int free, int waiting, boolean full) throws IOException {
    if (free > 0) {
      return;
    }
    if (waiting == 0) {
      loop.rearm(point.fd(), Epoll.EPOLLIN | Epoll.EPOLLONESHOT, listenTag);
    } else if (full) {
      nursery.starved(point, waiting);
      lookAgainIn(FULL_MILLIS);
    } else {
      lookAgainIn(PRESSURE_MILLIS);
    }
  }

  /** For how long somebody has waited without a break, in milliseconds; -1 while nobody does. */
  long waitMillis() {
    return waitSince == 0 ? -1 : (System.nanoTime() - waitSince) / 1_000_000;
  }

  /** Those who wait, if any do. */
  Optional<ServerStats.Waiting> waiting() {
    long millis = waitMillis();
    return millis < 0
        ? Optional.empty()
        : Optional.of(
            new ServerStats.Waiting(
                point.address().toString(), point.waiting(), Duration.ofMillis(millis)));
  }

  /** Nothing but the maximum keeps those who wait from a worker. */
  boolean couldStart() {
    return !closed
        && drain.reason() == null
        && !pauses.underWay()
        && pauses.trouble() == null
        && point.waiting() > workers.count(WorkerState.STARTING);
  }

  private void lookAgainIn(long millis) {
    if (!underPressure) {
      underPressure = true;
      loop.schedule(
          millis,
          () -> {
            underPressure = false;
            rebalance();
          });
    }
  }

  /** It says so itself. If nobody has had it the next may say the same: not as fast as it can. */
  void asksToBeReplaced(WorkerProcess worker, String reason) throws IOException {
    if (worker.checkouts() == 0 && worker.replacedFor() == null) {
      backOff(worker.id() + " asked to be replaced before anybody had it: " + reason);
    }
    replace(worker, reason);
  }

  /** Has a worker leave, once another is ready to take its place. */
  void replace(WorkerProcess worker, String reason) throws IOException {
    worker.replaceFor(reason);
    balance();
  }

  /** The same with all workers, a few at a time; what kept them from starting is forgotten. */
  void replaceAll(String reason) throws IOException {
    for (WorkerProcess worker : workers.all()) {
      worker.replaceFor(reason);
    }
    pauses.cutShort();
    balance();
  }

  /** Takes no more: see {@link AddressDrain}. */
  AddressDrain drain() {
    return drain;
  }

  /** How its workers leave. */
  Replacements replacements() {
    return replacements;
  }

  private void rebalance() {
    try {
      balance();
    } catch (IOException e) {
      startFailed(e.getMessage());
    }
  }

  /** False when the maximum is reached. */
  private boolean start() {
    try {
      WorkerProcess worker = nursery.start(point);
      if (worker == null) {
        return false;
      }
      workers.add(worker);
    } catch (IOException | RuntimeException e) {
      startFailed(e.getMessage());
    }
    return true;
  }

  void ready(WorkerProcess worker) throws IOException {
    boolean fresh = worker.state() == WorkerState.STARTING;
    worker.transition(WorkerState.STANDBY, fresh ? "ready" : "its connection said nothing");
    ready = true;
    String ending = drain.reason();
    if (drain.isDrained() && ending != null) {
      replacements.retire(worker, ending);
      return;
    }
    if (fresh) {
      recovered();
    }
    boolean replaced = !fresh || worker.pulse().isLate();
    if (replaced && workers.count(WorkerState.STANDBY) > Math.max(1, standby)) {
      replacements.retire(
          worker, "replaced while " + (fresh ? "it was late" : "a silent connection held it"));
    }
    balance();
  }

  private void recovered() throws IOException {
    pauses.startedAgain();
    for (WorkerProcess worker : workers.all()) {
      if (worker.state() == WorkerState.SETUP_FAILED) {
        worker.kill("its setup failed, another's has succeeded");
      }
    }
  }

  /** It accepts all the same; one such is kept, so that callers learn why. */
  void setupFailed(WorkerProcess worker, String message) throws IOException {
    worker.transition(WorkerState.SETUP_FAILED, message);
    if (workers.count(WorkerState.STANDBY) > 0 || workers.count(WorkerState.SETUP_FAILED) > 1) {
      worker.kill("its setup failed, as another's did");
    }
    backOff(message);
  }

  void taken(WorkerProcess worker) throws IOException {
    worker.transition(WorkerState.BUSY, "accepted a connection");
    if (pauses.trouble() == null) {
      // Not before: one that leaves as soon as it is ready has not recovered.
      pauses.forgetFailures();
    }
    String ending = drain.reason();
    if (ending != null) {
      replacements.retire(worker, ending);
    }
    balance();
  }

  void ended(WorkerProcess worker, WorkerExit exit) throws IOException {
    workers.remove(worker);
    WorkerState was = worker.state();
    worker.transition(WorkerState.DEAD, exit.cause().toString());
    if (was == WorkerState.STARTING) {
      startFailed(exit.id() + " " + exit.cause() + " before it was ready" + lastLine(exit));
    } else if (was == WorkerState.STANDBY
        && exit.cause() instanceof WorkerExit.Cause.Exited
        && drain.reason() == null) {
      // By itself, so the next may too: not as fast as it can.
      startFailed(exit.id() + " " + exit.cause() + " while it was idle" + lastLine(exit));
    } else if (was == WorkerState.STANDBY || was == WorkerState.SETUP_FAILED) {
      LOG.log(System.Logger.Level.WARNING, "idle " + exit.summary() + lastLine(exit));
    }
    balance();
  }

  private static String lastLine(WorkerExit exit) {
    for (String line : exit.lastLines()) {
      if (!line.isBlank()) {
        return ": " + line.strip();
      }
    }
    return "";
  }

  private void startFailed(@Nullable String message) {
    backOff("no worker could be started: " + message);
  }

  private void backOff(String message) {
    if (closed || drain.reason() != null) {
      pauses.note(message);
    } else {
      pauses.begin(message);
    }
  }

  private void tryAgain() {
    if (closed || drain.reason() != null) {
      return;
    }
    if (pauses.trouble() != null
        && workers.count(WorkerState.STARTING) == 0
        && (standby > 0 || needed())) {
      start();
    }
    rebalance();
  }

  private boolean needed() {
    return workers.count(WorkerState.SETUP_FAILED) > 0 || point.waiting() > 0;
  }

  void close(String reason) throws IOException {
    closed = true;
    for (WorkerProcess worker : workers.all()) {
      try {
        worker.endWithServer(reason);
      } catch (IOException e) {
        LOG.log(System.Logger.Level.ERROR, "cannot kill " + worker.id(), e);
      }
    }
    loop.unwatch(point.fd(), listenTag);
    point.close();
  }

  /** What a drain needs of the rest. */
  private final class Draining implements AddressDrain.Host {
    @Override
    public boolean start() {
      return Population.this.start();
    }

    @Override
    public @Nullable String trouble() {
      return pauses.trouble();
    }

    @Override
    public void lookAgainSoon() {
      lookAgainIn(PRESSURE_MILLIS);
    }

    @Override
    public void lookAgainNow() {
      rebalance();
    }

    @Override
    public void stopWatching() throws IOException {
      loop.unwatch(point.fd(), listenTag);
    }

    @Override
    public boolean isClosed() {
      return closed;
    }

    @Override
    public void drained() {
      nursery.drained();
    }
  }
}
