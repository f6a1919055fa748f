package dev.remuda.server;

import dev.remuda.protocol.WorkerExit;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

  /** How long an idle worker that was told to leave may take for that. */
  static final long LEAVE_MILLIS = 5_000;

  /** How long those who connect are taken in while idle workers are on their way out. */
  private static final long IDLE_LEAVE_MILLIS = 100;

  /** After that another worker is asked back, although the one before has not been let go yet. */
  private static final Duration NEXT_AFTER = Duration.ofSeconds(1);

  /** More at once only make each start slower. */
  private static final int MAX_STARTING = 2 * Runtime.getRuntime().availableProcessors();

  private final ListenPoint point;
  private final int standby;
  private final EventLoop loop;
  private final Nursery nursery;
  private final List<WorkerProcess> workers = new ArrayList<>();
  private final StartPauses pauses;
  private final long listenTag;
  private boolean underPressure;
  private boolean replacing;
  private long waitSince;
  private @Nullable String drainReason;
  private boolean refusing;
  private boolean drained;
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
    this.listenTag =
        loop.watch(point.fd(), Epoll.EPOLLIN | Epoll.EPOLLONESHOT, this::connectionWaits);
  }

  ListenPoint point() {
    return point;
  }

  List<WorkerProcess> workers() {
    return workers;
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

  private int count(WorkerState state) {
    int count = 0;
    for (WorkerProcess worker : workers) {
      count += worker.state() == state ? 1 : 0;
    }
    return count;
  }

  /** Those in accept, whether they are to stay or not. */
  private int accepting() {
    return count(WorkerState.STANDBY) + count(WorkerState.SETUP_FAILED);
  }

  /** Those that are in a state and are to stay. */
  private int staying(WorkerState state) {
    int count = 0;
    for (WorkerProcess worker : workers) {
      count += worker.state() == state && worker.replacedFor() == null ? 1 : 0;
    }
    return count;
  }

  private boolean anyToReplace() {
    for (WorkerProcess worker : workers) {
      if (worker.replacedFor() != null) {
        return true;
      }
    }
    return false;
  }

  /** One that does not get ready keeps no other from being tried. */
  private boolean anyLate() {
    for (WorkerProcess worker : workers) {
      if (worker.state() == WorkerState.STARTING && worker.pulse().isLate()) {
        return true;
      }
    }
    return false;
  }

  /**
   * With those that are to be replaced before they are ready, which may be many: somebody asks for
   * that again and again.
   */
  private int allStarting() {
    return count(WorkerState.STARTING) - (anyLate() ? 1 : 0);
  }

  /** A free worker takes it at once, unless it is stopped or worse: then another is started. */
  private void connectionWaits() throws IOException {
    balance();
    if (!closed && drainReason == null && hasFree()) {
      loop.schedule(STUCK_MILLIS, this::lookAgain);
    }
  }

  private void lookAgain() {
    if (closed || drainReason != null) {
      return;
    }
    if (hasFree()
        && point.waiting() > 0
        && count(WorkerState.STARTING) == 0
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
    return accepting() > 0;
  }

  /** Starts what is missing, and watches for connections that nobody is free to take. */
  void balance() throws IOException {
    if (drainReason != null) {
      drainOn(drainReason);
      return;
    }
    if (closed || pauses.underWay()) {
      return;
    }
    retireReplaced();
    int free = staying(WorkerState.STANDBY) + staying(WorkerState.SETUP_FAILED);
    int starting = staying(WorkerState.STARTING) - (anyLate() ? 1 : 0);
    int waiting = hasFree() ? 0 : point.waiting();
    waitSince = waiting == 0 ? 0 : waitSince == 0 ? System.nanoTime() | 1 : waitSince;
    int spare = anyToReplace() ? Math.max(1, standby) : standby;
    int wanted = Math.max(spare, waiting) - free - starting;
    if (pauses.trouble() != null) {
      wanted = Math.min(wanted, 1 - free - starting);
    }
    wanted = Math.min(wanted, MAX_STARTING - allStarting());
    boolean full = false;
    for (int i = 0; i < wanted && !full && !pauses.underWay(); i++) {
      full = !start();
    }
    watchQueue(accepting(), waiting, full);
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

  /** Nothing but the maximum keeps those who wait from a worker. */
  boolean couldStart() {
    return !closed
        && drainReason == null
        && !pauses.underWay()
        && pauses.trouble() == null
        && point.waiting() > count(WorkerState.STARTING);
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

  /** Each is replaced before it goes: a caller never waits for that. */
  private void retireReplaced() throws IOException {
    int spare = staying(WorkerState.STANDBY);
    int underWay = 0;
    for (WorkerProcess worker : workers) {
      underWay +=
          worker.state() == WorkerState.RETIRING
                  && worker.isServing()
                  && worker.inState().compareTo(NEXT_AFTER) < 0
              ? 1
              : 0;
    }
    for (WorkerProcess worker : List.copyOf(workers)) {
      String reason = worker.replacedFor();
      if (reason == null) {
        continue;
      }
      if (worker.state() == WorkerState.STARTING) {
        if (worker.pulse().isLate()) {
          worker.kill(reason); // nobody has it, and it holds the place of one that may get ready
        }
      } else if (worker.state() != WorkerState.BUSY) {
        if (accepting() > standby) {
          retire(worker, reason);
        }
      } else if (underWay < spare) {
        underWay++;
        retire(worker, reason);
      }
    }
    if (anyToReplace() && !replacing) {
      replacing = true;
      loop.schedule(
          NEXT_AFTER.toMillis(),
          () -> {
            replacing = false;
            rebalance();
          });
    }
  }

  /** Tells it to leave; one that is idle must do so soon. */
  void retire(WorkerProcess worker, String reason) throws IOException {
    worker.retire(reason);
    awaitLeaving(worker);
  }

  private void awaitLeaving(WorkerProcess worker) {
    if (!worker.isServing()) {
      loop.schedule(LEAVE_MILLIS, () -> killIfIdle(worker));
    }
  }

  private static void killIfIdle(WorkerProcess worker) {
    if (worker.state() == WorkerState.RETIRING && !worker.isServing()) {
      try {
        worker.kill("it did not leave within " + LEAVE_MILLIS + " ms: " + worker.reason());
      } catch (IOException e) {
        LOG.log(System.Logger.Level.ERROR, "cannot kill " + worker.id(), e);
      }
    }
  }

  /** Has a worker leave, once another is ready to take its place. */
  void replace(WorkerProcess worker, String reason) throws IOException {
    worker.replaceFor(reason);
    balance();
  }

  /** The same with all workers, a few at a time; what kept them from starting is forgotten. */
  void replaceAll(String reason) throws IOException {
    for (WorkerProcess worker : workers) {
      worker.replaceFor(reason);
    }
    pauses.cutShort();
    balance();
  }

  /** A connection was taken before the word that it is to leave was heard. */
  void takenWhileRetiring(WorkerProcess worker) {
    worker.accepted();
  }

  /** That connection ended without a word. */
  void idleWhileRetiring(WorkerProcess worker) {
    worker.nothingAccepted();
    awaitLeaving(worker);
  }

  /**
   * No more is taken: workers leave, at once where they are idle, else when their clients let them
   * go. Whoever waits in the queue by then is still served.
   */
  void drain(String reason) throws IOException {
    if (drainReason != null || closed) {
      return;
    }
    if (!point.isOurs()) {
      leave(reason);
      return;
    }
    drainReason = reason;
    for (WorkerProcess worker : List.copyOf(workers)) {
      if (worker.state().stays()) {
        retire(worker, reason);
      }
    }
    loop.schedule(IDLE_LEAVE_MILLIS, this::refuseMore);
    drainOn(reason);
  }

  /** The same where another server takes those who wait in the queue: it is not touched. */
  void leave(String reason) throws IOException {
    if (drained || closed) {
      return;
    }
    drainReason = reason;
    refusing = true;
    drained = true;
    for (WorkerProcess worker : List.copyOf(workers)) {
      if (worker.state().stays()) {
        retire(worker, reason);
      }
    }
    loop.unwatch(point.fd(), listenTag);
    point.close();
    nursery.drained();
  }

  private boolean anyIdle() {
    for (WorkerProcess worker : workers) {
      if (!worker.isServing()) {
        return true;
      }
    }
    return false;
  }

  private void refuseMore() {
    if (refusing || closed) {
      return;
    }
    refusing = true;
    try {
      loop.unwatch(point.fd(), listenTag);
      point.refuseMore();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot stop listening on " + point.address(), e);
    }
    rebalance();
  }

  /** An idle worker must have left before the socket refuses: it would fail in accept. */
  private void drainOn(String reason) throws IOException {
    if (drained || closed) {
      return;
    }
    if (!refusing) {
      if (!anyIdle()) {
        refuseMore();
      }
      return;
    }
    int waiting = point.waiting();
    if (waiting > 0 && pauses.trouble() == null) {
      int starting = count(WorkerState.STARTING);
      int wanted = Math.min(waiting - accepting(), MAX_STARTING) - starting;
      boolean full = false;
      for (int i = 0; i < wanted && !full; i++) {
        full = !start();
      }
      lookAgainIn(PRESSURE_MILLIS);
      return;
    }
    drained = true;
    if (waiting > 0) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} connections to {1} cannot be served: {2}",
          waiting,
          point.address(),
          pauses.trouble());
    }
    for (WorkerProcess worker : List.copyOf(workers)) {
      if (worker.state().stays()) {
        retire(worker, reason);
      }
    }
    point.refuseAll();
    nursery.drained();
  }

  boolean isDrained() {
    return drained;
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
    if (drained && drainReason != null) {
      retire(worker, drainReason);
      return;
    }
    if (fresh) {
      recovered();
    }
    boolean replaced = !fresh || worker.pulse().isLate();
    if (replaced && count(WorkerState.STANDBY) > Math.max(1, standby)) {
      retire(worker, "replaced while " + (fresh ? "it was late" : "a silent connection held it"));
    }
    balance();
  }

  private void recovered() throws IOException {
    pauses.startedAgain();
    for (WorkerProcess worker : List.copyOf(workers)) {
      if (worker.state() == WorkerState.SETUP_FAILED) {
        worker.kill("its setup failed, another's has succeeded");
      }
    }
  }

  /** It accepts all the same; one such is kept, so that callers learn why. */
  void setupFailed(WorkerProcess worker, String message) throws IOException {
    worker.transition(WorkerState.SETUP_FAILED, message);
    if (count(WorkerState.STANDBY) > 0 || count(WorkerState.SETUP_FAILED) > 1) {
      worker.kill("its setup failed, as another's did");
    }
    backOff(message);
  }

  void taken(WorkerProcess worker) throws IOException {
    worker.transition(WorkerState.BUSY, "accepted a connection");
    if (pauses.trouble() == null) {
      pauses
          .forgetFailures(); // not before: one that leaves as soon as it is ready has not recovered
    }
    if (drainReason != null) {
      retire(worker, drainReason);
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
        && drainReason == null) {
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
    if (closed || drainReason != null) {
      pauses.note(message);
    } else {
      pauses.begin(message);
    }
  }

  private void tryAgain() {
    if (closed || drainReason != null) {
      return;
    }
    if (pauses.trouble() != null && count(WorkerState.STARTING) == 0 && (standby > 0 || needed())) {
      start();
    }
    rebalance();
  }

  private boolean needed() {
    return count(WorkerState.SETUP_FAILED) > 0 || point.waiting() > 0;
  }

  void close(String reason) throws IOException {
    closed = true;
    for (WorkerProcess worker : List.copyOf(workers)) {
      try {
        worker.kill(reason);
      } catch (IOException e) {
        LOG.log(System.Logger.Level.ERROR, "cannot kill " + worker.id(), e);
      }
    }
    loop.unwatch(point.fd(), listenTag);
    point.close();
  }
}
