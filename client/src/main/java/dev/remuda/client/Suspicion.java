package dev.remuda.client;

import dev.remuda.protocol.WorkerExit;
import org.jspecify.annotations.Nullable;

/**
 * That a call has killed its worker, until more is known: the worker's supervisor says how it
 * ended, or is gone itself. Where no supervisor can be asked, a server that cannot be reached right
 * after is taken for what has ended. Belongs to the client's loop.
 */
final class Suspicion {
  /** No call was touched. */
  static final Suspicion NONE = new Suspicion(null, false);

  private final PoisonRegister.@Nullable Death death;
  private final boolean witnessed;

  private Suspicion(PoisonRegister.@Nullable Death death, boolean witnessed) {
    this.death = death;
    this.witnessed = witnessed;
  }

  /**
   * The worker's connection has ended while it had a call.
   *
   * @param cut whether a network may have ended it
   */
  static Suspicion of(PoolCore pool, WorkerConnection worker, PendingCall call, boolean cut) {
    boolean witnessed = pool.coroner().canAsk(worker);
    boolean unnamed = worker.workerId().isEmpty() && worker.endpoint().hasGreeted();
    if (!witnessed && (cut || unnamed)) {
      return NONE; // of one that would have said who it is, nobody may ever have accepted
    }
    PoisonRegister.Death death = pool.poison().killed(call, pool.loop().nanoTime());
    if (death != null && !witnessed) {
      worker.endpoint().suspect(death);
    }
    return new Suspicion(death, witnessed);
  }

  /** Nobody else asks how the worker ended. */
  void investigate(Coroner coroner, WorkerConnection worker) {
    if (death != null && witnessed) {
      coroner.exitOf(worker, this::settle);
    }
  }

  /** What the supervisor said; null where none did. */
  void settle(@Nullable WorkerExit exit) {
    if (death != null && witnessed && (exit == null || exit.blameless())) {
      death.takeBack();
    }
  }
}
