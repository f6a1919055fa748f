package dev.remuda.worker;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.remuda.context.LogSource;
import dev.remuda.context.TaskLog;
import dev.remuda.context.TaskRecord;
import dev.remuda.context.TraceParent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is logged while one call runs. The log itself is made when the first of it comes, and what
 * the served code puts into it by itself is said on stderr too: there the supervisor keeps it, even
 * if this process has no time left to answer.
 */
final class CallLog implements LogSource {
  /** Nobody asked for it. */
  static final long UNASKED = -1;

  private final long asked;
  private final boolean isRead;
  private final boolean ownsProcess;
  private final @Nullable TraceParent trace;

  @GuardedBy("this")
  private @Nullable TaskLog log;

  /**
   * That of one call.
   *
   * @param asked the level of the most verbose lines that the caller wants, or {@link #UNASKED}
   * @param baseClient whether the caller knows no way to ask, and so gets what the code itself logs
   * @param ownsProcess whether all that this process does belongs to the call
   */
  CallLog(long asked, boolean baseClient, boolean ownsProcess, @Nullable TraceParent trace) {
    this.asked = asked;
    this.isRead = asked != UNASKED || baseClient;
    this.ownsProcess = ownsProcess;
    this.trace = trace;
  }

  /** Whether what logging frameworks are told belongs into it. */
  boolean isAsked() {
    return asked != UNASKED;
  }

  boolean ownsProcess() {
    return ownsProcess;
  }

  @Override
  public synchronized TaskLog taskLog() {
    if (log == null) {
      var builder = TaskLog.builder();
      if (isAsked()) {
        builder.verbosity((int) Math.min(asked, Integer.MAX_VALUE));
      }
      if (!isRead) {
        builder.unkept();
      }
      if (ownsProcess) {
        builder.onLine(CallLog::say);
      }
      log = builder.open();
    }
    return log;
  }

  /** What a logging framework was told; it says by itself what it has to say on stderr. */
  void captured(int level, String message, LoggedDetails details) {
    TaskLog to = taskLog();
    if (to.keeps(level)) {
      to.log(level, message, details.toMap());
    }
  }

  private static void say(TaskRecord.Line line) {
    if (line.arguments().size() < 2 || !LoggedDetails.isIn(line.arguments().getLast())) {
      System.err.println(line);
    }
  }

  /** What goes with the reply; null where nothing was logged. */
  synchronized @Nullable Map<String, @Nullable Object> toWire() {
    if (log == null || log.isEmpty()) {
      return null;
    }
    TaskRecord record = log.record();
    TraceParent parent = trace;
    return (parent == null ? record : traced(record, parent.traceId())).toMap();
  }

  private static TaskRecord traced(TaskRecord record, String traceId) {
    var lines = new ArrayList<TaskRecord.Line>(record.lines().size());
    for (TaskRecord.Line line : record.lines()) {
      lines.add(
          new TaskRecord.Line(line.micros(), line.level(), traced(line.arguments(), traceId)));
    }
    return new TaskRecord(
        record.startMicros(), record.micros(), lines, record.timers(), record.data());
  }

  private static List<@Nullable Object> traced(List<@Nullable Object> arguments, String traceId) {
    var all = new ArrayList<>(arguments);
    var details = new LinkedHashMap<String, @Nullable Object>();
    if (all.size() > 1 && all.getLast() instanceof Map<?, ?> last) {
      last.forEach((key, value) -> details.put(String.valueOf(key), value));
      all.removeLast();
    }
    details.put("trace", traceId);
    all.add(details);
    return all;
  }
}
