package dev.remuda.context;

import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Settings of a {@link TaskLog} that is to be opened. */
public final class TaskLogBuilder {
  private int verbosity = TaskLog.INFO;
  private @Nullable LogSink sink;
  private @Nullable Consumer<TaskRecord.Line> observer;
  private boolean kept = true;
  private LogClock clock = LogClock.SYSTEM;

  TaskLogBuilder() {}

  /** The level of the most verbose lines that are kept; {@link TaskLog#INFO} where none is said. */
  public TaskLogBuilder verbosity(int level) {
    verbosity = level;
    return this;
  }

  /** Where it is written. Without one it is only kept, for {@link TaskLog#record()}. */
  public TaskLogBuilder sink(LogSink to) {
    sink = Objects.requireNonNull(to);
    return this;
  }

  /** Hears each line when it is logged, on the thread that logs it. */
  public TaskLogBuilder onLine(Consumer<TaskRecord.Line> hears) {
    observer = Objects.requireNonNull(hears);
    return this;
  }

  /**
   * Keeps nothing, since nobody will read it; whoever hears {@linkplain #onLine each line} still
   * does. {@link TaskLog#isKept()} is false, so that calls do not report to it.
   */
  public TaskLogBuilder unkept() {
    kept = false;
    return this;
  }

  TaskLogBuilder clock(LogClock tells) {
    clock = tells;
    return this;
  }

  /** Opens it, now. */
  public TaskLog open() {
    return new TaskLog(
        new LogState(
            kept, verbosity, sink, observer, clock, sink == null ? null : new Throwable()));
  }
}
