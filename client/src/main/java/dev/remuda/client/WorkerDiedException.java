package dev.remuda.client;

import dev.remuda.protocol.WorkerExit;
import java.util.Optional;

/** The worker died while it had the call: the call may have run, in part or whole. */
public final class WorkerDiedException extends TaskException {
  private static final long serialVersionUID = 1L;

  private final transient Autopsy autopsy;

  WorkerDiedException(String worker, Autopsy autopsy, PoolStats counts, CallSite site) {
    super(message(worker, autopsy, counts), site, null);
    this.autopsy = autopsy;
  }

  private static String message(String worker, Autopsy autopsy, PoolStats counts) {
    WorkerExit exit = autopsy.end();
    return autopsy.method()
        + ": worker connection suddenly died; "
        + (exit == null ? worker + " ended, how is not known here" : known(exit))
        + "; queued "
        + autopsy.phases().queued().toMillis()
        + " ms, ran "
        + autopsy.phases().ran().toMillis()
        + " ms "
        + counts;
  }

  private static String known(WorkerExit exit) {
    return exit.summary()
        + (exit.lastLines().isEmpty()
            ? ""
            : "; its last line: " + exit.lastLines().getLast().strip());
  }

  /** The method that was called. */
  public String method() {
    return autopsy.method();
  }

  /** How the process ended, where a supervisor could be asked. */
  public Optional<WorkerExit> exit() {
    return autopsy.exit();
  }

  /** All that is known about the worker and its end. */
  public Autopsy autopsy() {
    return autopsy;
  }
}
