package dev.remuda.context;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a log holds, for all of its references together. */
final class LogState {
  /** How many timers a log keeps. */
  static final int MAX_TIMERS = 10_000;

  /** How many names of data a log keeps. */
  static final int MAX_DATA = 1_000;

  /** About how many characters of data a log keeps. */
  static final long MAX_DATA_SIZE = 2 << 20;

  static final Object[] NO_ARGUMENTS = {};

  private static final System.Logger LOG = System.getLogger("dev.remuda.context");

  private final boolean kept;
  private final int verbosity;
  private final @Nullable LogSink sink;
  private final @Nullable Consumer<TaskRecord.Line> observer;
  private final LogClock clock;
  private final @Nullable Throwable opened;
  private final long startMicros;
  private final long startNanos;

  @GuardedBy("this")
  private final LogLines lines = new LogLines();

  @GuardedBy("this")
  private final List<TaskTimer> timers = new ArrayList<>(0);

  @GuardedBy("this")
  private final List<TaskRecord.Span> merged = new ArrayList<>(0);

  @GuardedBy("this")
  private final Map<String, @Nullable Object> data = new LinkedHashMap<>(0);

  @GuardedBy("this")
  private int references = 1;

  @GuardedBy("this")
  private long timersDropped;

  @GuardedBy("this")
  private long dataSize;

  @GuardedBy("this")
  private long dataDropped;

  @GuardedBy("this")
  private boolean over;

  LogState(
      boolean kept,
      int verbosity,
      @Nullable LogSink sink,
      @Nullable Consumer<TaskRecord.Line> observer,
      LogClock clock,
      @Nullable Throwable opened) {
    this.kept = kept;
    this.over = !kept;
    this.verbosity = verbosity;
    this.sink = sink;
    this.observer = observer;
    this.clock = clock;
    this.opened = opened;
    this.startMicros = clock.epochMicros();
    this.startNanos = clock.nanoTime();
  }

  /** One that keeps nothing. */
  static LogState nothing() {
    return new LogState(false, Integer.MIN_VALUE, null, null, LogClock.SYSTEM, null);
  }

  boolean isKept() {
    return kept;
  }

  int verbosity() {
    return verbosity;
  }

  @Nullable LogSink sink() {
    return sink;
  }

  /** The line that opened it, for messages. */
  String opened() {
    StackTraceElement line = opened == null ? null : Places.whereMade(opened);
    return line == null ? "a place that is not known" : line.toString();
  }

  long startMicros() {
    return startMicros;
  }

  /** Microseconds since the start, never negative. */
  long now() {
    return microsAt(clock.nanoTime());
  }

  long microsAt(long nanoTime) {
    return Math.max(0, TimeUnit.NANOSECONDS.toMicros(nanoTime - startNanos));
  }

  void add(int level, List<@Nullable Object> arguments) {
    TaskRecord.Line line;
    synchronized (this) {
      line = new TaskRecord.Line(now(), level, arguments);
      if (!over) {
        lines.add(line);
      }
    }
    if (observer != null) {
      tell(observer, line);
    }
  }

  private static void tell(Consumer<TaskRecord.Line> observer, TaskRecord.Line line) {
    try {
      observer.accept(line);
    } catch (VirtualMachineError e) {
      throw e;
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.WARNING, "a line of a log could not be told", e);
    }
  }

  synchronized TaskTimer timer(String name) {
    var timer = new TaskTimer(this, name, now());
    if (timers.size() + merged.size() >= MAX_TIMERS) {
      timersDropped++;
    } else if (!over) {
      timers.add(timer);
    }
    return timer;
  }

  synchronized void put(String key, @Nullable Object value) {
    long size = key.length() + Plain.size(value);
    if (over) {
      return;
    }
    long without =
        dataSize - (data.containsKey(key) ? key.length() + Plain.size(data.get(key)) : 0);
    boolean fits = data.size() < MAX_DATA || data.containsKey(key);
    if (fits && without + size <= MAX_DATA_SIZE) {
      data.put(key, value);
      dataSize = without + size;
    } else {
      dataDropped++;
    }
  }

  synchronized void merge(TaskRecord child, long shift) {
    if (over) {
      return;
    }
    for (TaskRecord.Line line : child.lines()) {
      if (line.level() <= verbosity) {
        lines.add(line.shifted(shift));
      }
    }
    for (TaskRecord.Span timer : child.timers()) {
      if (timers.size() + merged.size() >= MAX_TIMERS) {
        timersDropped++;
      } else {
        merged.add(timer.shifted(shift));
      }
    }
    child.data().forEach(this::put);
  }

  synchronized boolean isEmpty() {
    return lines.isEmpty() && timers.isEmpty() && merged.isEmpty() && data.isEmpty();
  }

  synchronized TaskRecord record() {
    long end = now();
    List<TaskRecord.Line> all = lines.inOrder();
    sayDropped(timersDropped, dataDropped, end, all);
    var spans = new ArrayList<TaskRecord.Span>(timers.size() + merged.size());
    for (TaskTimer timer : timers) {
      spans.add(timer.span(end));
    }
    spans.addAll(merged);
    return new TaskRecord(startMicros, end, all, spans, data);
  }

  /** Adds what is to be said where timers or data were more than a log keeps. */
  static void sayDropped(long timers, long data, long at, List<TaskRecord.Line> to) {
    dropped(timers, "timers were dropped: a log keeps " + MAX_TIMERS, at, to);
    dropped(data, "data were dropped: a log keeps " + MAX_DATA, at, to);
  }

  private static void dropped(long count, String what, long at, List<TaskRecord.Line> to) {
    if (count > 0) {
      long last = to.isEmpty() ? at : Math.max(at, to.getLast().micros());
      to.add(new TaskRecord.Line(last, TaskLog.WARN, List.of(count + " " + what)));
    }
  }

  synchronized void retain() {
    references++;
  }

  /** The last reference writes. */
  void release() {
    TaskRecord record = null;
    synchronized (this) {
      if (--references == 0 && !over) {
        record = record();
        over = true;
      }
    }
    if (record != null && sink != null) {
      write(sink, record);
    }
  }

  private static void write(LogSink sink, TaskRecord record) {
    try {
      sink.write(record);
    } catch (VirtualMachineError e) {
      throw e;
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.WARNING, "a log could not be written", e);
    }
  }
}
