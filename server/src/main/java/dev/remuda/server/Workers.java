package dev.remuda.server;

import java.util.ArrayList;
import java.util.List;

/** The workers of one address, and how many are about what. Belongs to the supervisor's loop. */
final class Workers {
  private final List<WorkerProcess> all = new ArrayList<>();

  void add(WorkerProcess worker) {
    all.add(worker);
  }

  void remove(WorkerProcess worker) {
    all.remove(worker);
  }

  /** Those of this moment, whatever becomes of them. */
  List<WorkerProcess> all() {
    return List.copyOf(all);
  }

  int count(WorkerState state) {
    int count = 0;
    for (WorkerProcess worker : all) {
      count += worker.state() == state ? 1 : 0;
    }
    return count;
  }

  /** Those in accept, whether they are to stay or not. */
  int accepting() {
    return count(WorkerState.STANDBY) + count(WorkerState.SETUP_FAILED);
  }

  /** Those that are in a state and are to stay. */
  int staying(WorkerState state) {
    int count = 0;
    for (WorkerProcess worker : all) {
      count += worker.state() == state && worker.replacedFor() == null ? 1 : 0;
    }
    return count;
  }

  boolean anyToReplace() {
    for (WorkerProcess worker : all) {
      if (worker.replacedFor() != null) {
        return true;
      }
    }
    return false;
  }

  /** One that does not get ready keeps no other from being tried. */
  boolean anyLate() {
    for (WorkerProcess worker : all) {
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
  int allStarting() {
    return count(WorkerState.STARTING) - (anyLate() ? 1 : 0);
  }

  boolean anyIdle() {
    for (WorkerProcess worker : all) {
      if (!worker.isServing()) {
        return true;
      }
    }
    return false;
  }
}
