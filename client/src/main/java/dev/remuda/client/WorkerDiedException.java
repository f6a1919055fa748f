package dev.remuda.client;

import dev.remuda.protocol.WorkerExit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The worker died while it had the call: the call may have run, in part or whole. */
public final class WorkerDiedException extends TaskException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable WorkerExit exit;

  WorkerDiedException(
      String method, String worker, @Nullable WorkerExit exit, PoolStats counts, CallSite site) {
    super(
        method
            + ": worker connection suddenly died; "
            + (exit == null
                ? worker + " ended, how is not known here"
                : exit.summary() + lines(exit))
            + " "
            + counts,
        site,
        null);
    this.exit = exit;
  }

  private static String lines(WorkerExit exit) {
    return exit.lastLines().isEmpty()
        ? ""
        : "; its last line: " + exit.lastLines().getLast().strip();
  }

  /** How the process ended, where the supervisor could be asked. */
  public Optional<WorkerExit> exit() {
    return Optional.ofNullable(exit);
  }
}
