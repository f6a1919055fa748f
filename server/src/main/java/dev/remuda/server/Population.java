package dev.remuda.server;

import dev.remuda.protocol.WorkerExit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The workers of one address: how many there should be, and since when that fails. Belongs to the
 * supervisor's loop.
 */
final class Population {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");
  private static final long FIRST_BACKOFF_MILLIS = 100;
  private static final long LAST_BACKOFF_MILLIS = 10_000;

  /** How often the queue is looked at while connections wait for workers that are starting. */
  private static final long PRESSURE_MILLIS = 20;

  /** How long a connection may wait although a worker is free. */
  private static final long STUCK_MILLIS = 200;

  /** More at once only make each start slower. */
  private static final int MAX_STARTING = 2 * Runtime.getRuntime().availableProcessors();

  private final ListenPoint point;
  private final int standby;
  private final EventLoop loop;
  private final Nursery nursery;
  private final List<WorkerProcess> workers = new ArrayList<>();
  private final long listenTag;
  private int failures;
  private boolean backingOff;
  private boolean underPressure;
  private boolean closed;
  private boolean proven;
  private @Nullable String trouble;

  /** Who starts a process, if there may be one more. */
  interface Nursery {
    /** Null when the maximum is reached. */
    @Nullable WorkerProcess start(ListenPoint point) throws IOException;
  }

  Population(ListenPoint point, int standby, EventLoop loop, Nursery nursery) throws IOException {
    this.point = point;
    this.standby = standby;
    this.loop = loop;
    this.nursery = nursery;
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
    return trouble;
  }

  /** A worker was ready once, or none is wanted before somebody connects. */
  boolean isProven() {
    return proven || standby == 0;
  }

  private int count(WorkerState state) {
    int count = 0;
    for (WorkerProcess worker : workers) {
      count += worker.state() == state ? 1 : 0;
    }
    return count;
  }

  /** A free worker takes it at once, unless it is stopped or worse: then another is started. */
  private void connectionWaits() throws IOException {
    balance();
    if (!closed && hasFree()) {
      loop.schedule(STUCK_MILLIS, this::lookAgain);
    }
  }

  private void lookAgain() {
    if (closed) {
      return;
    }
    if (hasFree() && point.waiting() > 0 && count(WorkerState.STARTING) == 0 && !backingOff) {
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
    return count(WorkerState.STANDBY) + count(WorkerState.SETUP_FAILED) > 0;
  }

  /** Starts what is missing, and watches for connections that nobody is free to take. */
  void balance() throws IOException {
    if (closed || backingOff) {
      return;
    }
    int free = count(WorkerState.STANDBY) + count(WorkerState.SETUP_FAILED);
    int starting = count(WorkerState.STARTING);
    int waiting = free > 0 ? 0 : point.waiting();
    int wanted = Math.max(standby, waiting) - free - starting;
    if (trouble != null) {
      wanted = Math.min(wanted, 1 - free - starting);
    }
    wanted = Math.min(wanted, MAX_STARTING - starting);
    boolean full = false;
    for (int i = 0; i < wanted && !full && !backingOff; i++) {
      full = !start();
    }
    watchQueue(free, waiting, full);
  }

  /** While none is free, the next connection must be noticed; at the maximum a death is. */
  private void watchQueue(int free, int waiting, boolean full) throws IOException {
    if (free > 0 || full) {
      return;
    }
    if (waiting == 0) {
      loop.rearm(point.fd(), Epoll.EPOLLIN | Epoll.EPOLLONESHOT, listenTag);
    } else if (!underPressure) {
      underPressure = true;
      loop.schedule(
          PRESSURE_MILLIS,
          () -> {
            underPressure = false;
            rebalance();
          });
    }
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
    proven = true;
    if (closed) {
      worker.retire("its server is leaving");
    } else if (fresh) {
      recovered();
    } else if (count(WorkerState.STANDBY) > Math.max(1, standby)) {
      worker.retire("replaced while a connection that said nothing held it");
    }
    balance();
  }

  private void recovered() throws IOException {
    if (trouble != null) {
      LOG.log(System.Logger.Level.INFO, "workers for {0} start again", point.address());
    }
    trouble = null;
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
    if (trouble == null) {
      failures = 0; // not before: one that leaves as soon as it is ready has not recovered
    }
    balance();
  }

  void ended(WorkerProcess worker, WorkerExit exit) throws IOException {
    workers.remove(worker);
    WorkerState was = worker.state();
    worker.transition(WorkerState.DEAD, exit.cause().toString());
    if (was == WorkerState.STARTING) {
      startFailed(exit.id() + " " + exit.cause() + " before it was ready" + lastLine(exit));
    } else if (was == WorkerState.STANDBY && exit.cause() instanceof WorkerExit.Cause.Exited) {
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
    trouble = message;
    if (backingOff || closed) {
      return;
    }
    backingOff = true;
    long doubled = FIRST_BACKOFF_MILLIS << Math.min(failures++, 10);
    long base = Math.min(doubled, LAST_BACKOFF_MILLIS);
    long millis = base * 3 / 4 + ThreadLocalRandom.current().nextLong(base / 2);
    LOG.log(
        System.Logger.Level.WARNING,
        "{0} for {1}; trying again in {2} ms",
        message,
        point.address(),
        String.valueOf(millis));
    loop.schedule(millis, this::endBackOff);
  }

  private void endBackOff() {
    backingOff = false;
    if (closed) {
      return;
    }
    if (trouble != null && count(WorkerState.STARTING) == 0 && (standby > 0 || needed())) {
      start();
    }
    rebalance();
  }

  private boolean needed() {
    return count(WorkerState.SETUP_FAILED) > 0 || point.waiting() > 0;
  }

  /**
   * Takes and starts no more. Who is idle leaves; who has a connection serves it to its end, and
   * asks its client to let go.
   */
  void leave(String reason) throws IOException {
    closed = true;
    for (WorkerProcess worker : List.copyOf(workers)) {
      if (worker.state() == WorkerState.BUSY) {
        worker.askBack();
      } else if (worker.mayBecome(WorkerState.ENDING)) {
        worker.retire(reason);
      }
    }
    loop.unwatch(point.fd(), listenTag);
    point.close();
  }

  void close() throws IOException {
    closed = true;
    for (WorkerProcess worker : List.copyOf(workers)) {
      try {
        worker.kill("its server was closed");
      } catch (IOException e) {
        LOG.log(System.Logger.Level.ERROR, "cannot kill " + worker.id(), e);
      }
    }
    loop.unwatch(point.fd(), listenTag);
    point.close();
  }
}
