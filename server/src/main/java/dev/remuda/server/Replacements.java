package dev.remuda.server;

import java.io.IOException;
import java.time.Duration;

/**
 * How workers of one address leave: told to, once others can take their place, and killed where
 * they do not obey. Belongs to the supervisor's loop.
 */
final class Replacements {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  /** How long an idle worker that was told to leave may take for that. */
  static final long LEAVE_MILLIS = 5_000;

  /** After that another worker is asked back, although the one before has not been let go yet. */
  private static final Duration NEXT_AFTER = Duration.ofSeconds(1);

  private final Workers workers;
  private final int standby;
  private final EventLoop loop;
  private final Runnable rebalance;
  private boolean replacing;

  /** Has {@code rebalance} run when it is time to look again who can be told to leave. */
  Replacements(Workers workers, int standby, EventLoop loop, Runnable rebalance) {
    this.workers = workers;
    this.standby = standby;
    this.loop = loop;
    this.rebalance = rebalance;
  }

  /** Each is replaced before it goes: a caller never waits for that. */
  void retireReplaced() throws IOException {
    int spare = workers.staying(WorkerState.STANDBY);
    int underWay = 0;
    for (WorkerProcess worker : workers.all()) {
      underWay +=
          worker.state() == WorkerState.RETIRING
                  && worker.isServing()
                  && worker.inState().compareTo(NEXT_AFTER) < 0
              ? 1
              : 0;
    }
    for (WorkerProcess worker : workers.all()) {
      String reason = worker.replacedFor();
      if (reason == null) {
        continue;
      }
      if (worker.state() == WorkerState.STARTING) {
        if (worker.pulse().isLate()) {
          worker.kill(reason); // nobody has it, and it holds the place of one that may get ready
        }
      } else if (worker.state() != WorkerState.BUSY) {
        if (workers.accepting() > standby) {
          retire(worker, reason);
        }
      } else if (underWay < spare) {
        underWay++;
        retire(worker, reason);
      }
    }
    if (workers.anyToReplace() && !replacing) {
      replacing = true;
      loop.schedule(
          NEXT_AFTER.toMillis(),
          () -> {
            replacing = false;
            rebalance.run();
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

  /** All that are not on their way yet. */
  void retireAll(String reason) throws IOException {
    for (WorkerProcess worker : workers.all()) {
      if (worker.state().stays()) {
        retire(worker, reason);
      }
    }
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
}
