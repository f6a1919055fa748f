package dev.remuda.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * At the maximum of workers, while connections wait: has idle ones asked back from their clients,
 * the longest idle first, so that many clients' hot connections cannot starve one more. Clients
 * that together want more than there is would pass workers round for ever, each time for the price
 * of a start, so the pauses grow while that goes on. The loop's.
 */
final class AskBack {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  /** How long workers may take to say whether they are idle. */
  private static final long ANSWER_MILLIS = 20;

  /** Of a busy pool's connections each is idle now and then. */
  private static final long LEAST_IDLE_MILLIS = 50;

  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LAST_PAUSE_MILLIS = 5_000;

  /** After so long without a wait the pauses are short again. */
  private static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final EventLoop loop;
  private final RuleKeeper.Herd herd;
  private final Map<WorkerProcess, Long> idle = new LinkedHashMap<>();
  private long pauseMillis = FIRST_PAUSE_MILLIS;
  private long lastWait = System.nanoTime() - CALM_NANOS;
  private boolean resting;

  AskBack(EventLoop loop, RuleKeeper.Herd herd) {
    this.loop = loop;
    this.herd = herd;
  }

  /** So many connections wait, and no worker can be started for them. */
  void starved(String address, int waiting) {
    long now = System.nanoTime();
    if (now - lastWait >= CALM_NANOS) {
      pauseMillis = FIRST_PAUSE_MILLIS;
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} connections to {1} wait, and maxWorkers is reached",
          waiting,
          address);
    }
    lastWait = now;
    if (resting) {
      return;
    }
    resting = true;
    idle.clear();
    for (WorkerProcess worker : herd.workers()) {
      if (worker.state() == WorkerState.BUSY) {
        worker.tell("idle?");
      }
    }
    loop.schedule(ANSWER_MILLIS, () -> decide(waiting));
  }

  /** What a worker answers. */
  void idle(WorkerProcess worker, long millis) {
    if (resting) {
      idle.put(worker, millis);
    }
  }

  private void decide(int waiting) {
    List<Map.Entry<WorkerProcess, Long>> longest = new ArrayList<>(idle.entrySet());
    longest.sort(Map.Entry.<WorkerProcess, Long>comparingByValue().reversed());
    idle.clear();
    int missing = Math.max(0, waiting - leaving());
    int left = missing;
    for (Map.Entry<WorkerProcess, Long> each : longest) {
      WorkerProcess worker = each.getKey();
      if (left > 0 && each.getValue() >= LEAST_IDLE_MILLIS && worker.state() == WorkerState.BUSY) {
        left--;
        release(worker, each.getValue());
      }
    }
    loop.schedule(left < missing ? pauseMillis : FIRST_PAUSE_MILLIS, () -> resting = false);
    if (left < missing) {
      pauseMillis = Math.min(2 * pauseMillis, LAST_PAUSE_MILLIS);
    }
  }

  /** Those whose place is about to be free, unless their client does not let go. */
  private int leaving() {
    int count = 0;
    for (WorkerProcess worker : herd.workers()) {
      boolean soon = worker.inState().toMillis() < Replacements.LEAVE_MILLIS;
      count += worker.state() == WorkerState.RETIRING && soon ? 1 : 0;
    }
    return count;
  }

  private void release(WorkerProcess worker, long millis) {
    try {
      herd.release(
          worker, "a connection waits, and its client has not used it for " + millis + " ms");
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "cannot ask back " + worker.id(), e);
    }
  }
}
