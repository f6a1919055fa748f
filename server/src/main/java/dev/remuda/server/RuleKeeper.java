package dev.remuda.server;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Looks at all workers from time to time: who is too old, idle or large. The loop's. */
final class RuleKeeper {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");
  private static final long LOOK_MILLIS = 1_000;
  private static final double JITTER = 0.1;

  /** Whose workers they are. */
  interface Herd {
    List<WorkerProcess> workers();

    /** Another comes first. */
    void replace(WorkerProcess worker, String reason) throws IOException;

    /** Nobody needs to come. */
    void release(WorkerProcess worker, String reason) throws IOException;
  }

  private final RetireRules rules;
  private final EventLoop loop;
  private final Herd herd;
  private final long everyMillis;

  RuleKeeper(RetireRules rules, EventLoop loop, Herd herd) {
    this.rules = rules;
    this.loop = loop;
    this.herd = herd;
    long shortest = LOOK_MILLIS;
    for (Duration time : List.of(rules.maxAge(), rules.maxIdle())) {
      shortest = time.isZero() ? shortest : Math.min(shortest, time.toMillis() / 10);
    }
    everyMillis = Math.max(1, shortest);
  }

  /** Looks for the first time. */
  void begin() {
    if (rules.areTimed()) {
      look();
    }
  }

  private void look() {
    loop.schedule(everyMillis, this::look);
    for (WorkerProcess worker : herd.workers()) {
      try {
        look(worker);
      } catch (IOException e) {
        LOG.log(System.Logger.Level.ERROR, "cannot look after " + worker.id(), e);
      }
    }
  }

  private void look(WorkerProcess worker) throws IOException {
    if (rules.watchMemory() && worker.state() != WorkerState.ENDING) {
      weigh(worker);
    }
    if (!worker.state().stays()
        || worker.state() == WorkerState.STARTING // its replacement would be no readier
        || worker.replacedFor() != null) {
      return;
    }
    if (isOld(worker)) {
      herd.replace(worker, "it is " + worker.age().toMillis() + " ms old");
    } else if (!rules.maxIdle().isZero() && worker.state() == WorkerState.BUSY) {
      worker.tell("idle?");
    }
  }

  private boolean isOld(WorkerProcess worker) {
    double limit = rules.maxAge().toMillis() * (1 + JITTER * worker.lot());
    return limit > 0 && worker.age().toMillis() > limit;
  }

  /** What a worker answers: so long its client has opened no checkout. */
  void idle(WorkerProcess worker, long millis) throws IOException {
    if (!rules.maxIdle().isZero()
        && millis >= rules.maxIdle().toMillis()
        && worker.state() == WorkerState.BUSY) {
      herd.release(worker, "its client has not used it for " + millis + " ms");
    }
  }

  private void weigh(WorkerProcess worker) throws IOException {
    long bytes = ResidentMemory.bytes(worker.pid());
    String resident = bytes / RetireRules.MIB + " MiB of it are resident, over the ";
    if (rules.hardMemory() > 0 && bytes > rules.hardMemory()) {
      String reason = resident + "hard limit of " + rules.hardMemory() / RetireRules.MIB + " MiB";
      LOG.log(System.Logger.Level.WARNING, "{0} is killed: {1}", worker.id(), reason);
      worker.kill(reason);
    } else if (rules.softMemory() > 0
        && bytes > rules.softMemory()
        && worker.state().stays()
        && worker.state() != WorkerState.STARTING
        && worker.replacedFor() == null) {
      herd.replace(
          worker, resident + "soft limit of " + rules.softMemory() / RetireRules.MIB + " MiB");
    }
  }
}
