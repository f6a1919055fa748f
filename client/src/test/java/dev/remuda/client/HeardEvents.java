package dev.remuda.client;

import java.util.HashSet;
import java.util.Set;

/** What a listener is told of workers must make sense, event after event. */
final class HeardEvents {
  private final Ledger ledger;
  private final Set<String> checkedOut = new HashSet<>();
  private final Set<String> retiring = new HashSet<>();
  private final Set<String> gone = new HashSet<>();

  HeardEvents(Ledger ledger) {
    this.ledger = ledger;
  }

  void heard(PoolEvent event) {
    switch (event) {
      case PoolEvent.CheckedOut taken when isNamed(taken.worker()) -> {
        String worker = taken.worker();
        ledger.require(!gone.contains(worker), () -> worker + " is given away after its end");
        ledger.require(checkedOut.add(worker), () -> worker + " is given to two");
      }
      case PoolEvent.Released released when isNamed(released.worker()) -> {
        String worker = released.worker();
        checkedOut.remove(worker);
        if (retiring.contains(worker) || !released.kept()) {
          ledger.require(!released.kept(), () -> worker + " retires, and is kept");
          gone.add(worker);
        }
      }
      case PoolEvent.Retiring retires when isNamed(retires.worker()) -> {
        retiring.add(retires.worker());
        if (!checkedOut.contains(retires.worker()) && !retires.reason().startsWith("it has")) {
          gone.add(retires.worker()); // at once, since nobody has it
        }
      }
      case PoolEvent.WorkerLost lost when isNamed(lost.worker()) -> gone.add(lost.worker());
      default -> {}
    }
  }

  /** Those that have not said who they are cannot be told apart. */
  private static boolean isNamed(String worker) {
    return worker.startsWith("worker ");
  }
}
