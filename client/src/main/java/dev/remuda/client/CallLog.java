package dev.remuda.client;

import dev.remuda.context.TaskLog;
import dev.remuda.context.TaskRecord;
import dev.remuda.context.TaskTimer;
import dev.remuda.protocol.WorkerExit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What one call adds to its caller's log: a timer, what its worker logged, and why it failed. The
 * log is not written before the call has ended.
 */
final class CallLog {
  private final TaskLog given;
  private final String method;
  private final AtomicReference<@Nullable Entry> open = new AtomicReference<>();
  private long sentNanos = System.nanoTime();
  private @Nullable Map<?, ?> workers;
  private long receivedNanos;

  CallLog(TaskLog given, String method) {
    this.given = given;
    this.method = method.isEmpty() ? "->()" : method;
  }

  /** A reference to the log that is the call's own, and its timer. */
  private record Entry(TaskLog log, TaskTimer timer) {}

  /** The call is made, and will end: only now the log waits for it. */
  void begin() {
    TaskLog log = given.share();
    open.set(new Entry(log, log.timer(method)));
  }

  /** How verbose the worker may be. */
  int verbosity() {
    return Math.max(0, given.verbosity());
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

  /** The call is over; before anybody else hears of it. A second end is none. */
  void end(@Nullable TaskException failure) {
    Entry entry = open.getAndSet(null);
    if (entry == null) {
      return;
    }
    entry.timer.close();
    try (TaskLog log = entry.log) {
      Map<?, ?> wire = workers;
      if (wire != null) {
        log.mergeWithin(TaskRecord.of(wire), sentNanos, receivedNanos);
      }
      if (failure != null) {
        String text = String.valueOf(failure.getMessage());
        int line = text.indexOf('\n');
        log.error(line < 0 ? text : text.substring(0, line), details(failure));
      }
    }
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
