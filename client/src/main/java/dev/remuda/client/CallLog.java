package dev.remuda.client;

import dev.remuda.context.TaskLog;
import dev.remuda.context.TaskRecord;
import dev.remuda.context.TaskTimer;
import dev.remuda.protocol.WorkerExit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one call adds to its caller's log: a timer, what its worker logged, and why it failed. The
 * log is not written before the call has ended.
 */
final class CallLog {
  private final TaskLog log;
  private final String method;
  private final TaskTimer timer;
  private long sentNanos = System.nanoTime();
  private @Nullable Map<?, ?> workers;
  private long receivedNanos;

  /** Begins with the call; {@code log} is a reference of its own. */
  CallLog(TaskLog log, String method) {
    this.log = log;
    this.method = method.isEmpty() ? "->()" : method;
    this.timer = log.timer(this.method);
  }

  /** How verbose the worker may be. */
  int verbosity() {
    return Math.max(0, log.verbosity());
  }

  /** The worker is sent the call; on the loop. */
  void sent() {
    sentNanos = System.nanoTime();
  }

  /** The worker has answered; on the loop. */
  void answered(@Nullable Map<?, ?> workersLog) {
    workers = workersLog;
    receivedNanos = System.nanoTime();
  }

  /** The call is over; before anybody else hears of it. */
  void end(@Nullable TaskException failure) {
    timer.close();
    Map<?, ?> wire = workers;
    if (wire != null) {
      log.mergeWithin(TaskRecord.of(wire), sentNanos, receivedNanos);
    }
    if (failure != null) {
      String text = String.valueOf(failure.getMessage());
      int line = text.indexOf('\n');
      log.error(line < 0 ? text : text.substring(0, line), details(failure));
    }
    log.close();
  }

  /** With the last lines of a dead worker, which could not send what it had logged. */
  private Map<String, @Nullable Object> details(TaskException failure) {
    var details = new LinkedHashMap<String, @Nullable Object>();
    details.put("call", method);
    details.put("error", failure.getClass().getSimpleName());
    Autopsy autopsy =
        switch (failure) {
          case WorkerDiedException died -> died.autopsy();
          case CallTimeoutException late -> late.autopsy();
          default -> null;
        };
    if (autopsy != null) {
      details.put("worker", autopsy.worker());
      WorkerExit exit = autopsy.end();
      if (exit != null) {
        details.put("lastLines", exit.lastLines());
      }
    }
    return details;
  }
}
