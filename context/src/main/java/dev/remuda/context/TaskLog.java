package dev.remuda.context;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The deferred, structured log of one piece of work: lines, timers and data, written as one {@link
 * TaskRecord} when the work is over. Arguments are copied when they are logged, as far as they are
 * of JSON's kinds, and else kept as their text; a log is bounded, and says how much it dropped.
 *
 * <p>A log may have several references, by {@link #share()}; it is written once, when the last is
 * closed. One that is forgotten is written when the collector finds it, with a warning that names
 * the line where it was opened. Safe for use by any thread; nothing blocks but a slow sink.
 */
public final class TaskLog implements LogSource, AutoCloseable {
  /** The level of what went wrong. */
  public static final int ERROR = 10;

  /** The level of what may go wrong. */
  public static final int WARN = 20;

  /** The level of what is good to know. */
  public static final int INFO = 30;

  /** The level of what helps to find a fault. */
  public static final int DEBUG = 40;

  /** Keeps nothing: what code logs that nobody logs for. */
  private static final TaskLog NONE = new TaskLog(LogState.nothing());

  private final LogState state;
  private final @Nullable LogReference reference;

  TaskLog(LogState state) {
    this.state = state;
    this.reference = state.sink() == null ? null : LogReference.of(this, state);
  }

  /** A log that goes to {@code sink} when it is closed, of lines up to {@link #INFO}. */
  public static TaskLog open(LogSink sink) {
    return builder().sink(sink).open();
  }

  /** A log with other settings. */
  public static TaskLogBuilder builder() {
    return new TaskLogBuilder();
  }

  /**
   * The log of the work that runs here: in a worker that of its call, elsewhere the one that code
   * runs {@link #during}. Where there is none, one that keeps nothing.
   */
  public static TaskLog current() {
    return CurrentLog.KEY.get().map(LogSource::taskLog).orElse(NONE);
  }

  /**
   * False where nobody will read it: of what {@link #current()} gives where there is no log, and in
   * a worker whose caller asked for none.
   */
  public boolean isKept() {
    return state.isKept();
  }

  /** Whether lines of that level are kept. */
  public boolean keeps(int level) {
    return level <= state.verbosity();
  }

  /** The level of the most verbose lines that are kept. */
  public int verbosity() {
    return state.verbosity();
  }

  /** This one. */
  @Override
  public TaskLog taskLog() {
    return this;
  }

  /** Logs a line at level {@link #ERROR}. */
  public void error(String message, @Nullable Object... arguments) {
    log(ERROR, message, arguments);
  }

  /** Logs a line at level {@link #WARN}. */
  public void warn(String message, @Nullable Object... arguments) {
    log(WARN, message, arguments);
  }

  /** Logs a line at level {@link #INFO}. */
  public void info(String message, @Nullable Object... arguments) {
    log(INFO, message, arguments);
  }

  /** Logs a line at level {@link #DEBUG}. */
  public void debug(String message, @Nullable Object... arguments) {
    log(DEBUG, message, arguments);
  }

  /** Logs a line whose message is made only if it is kept. */
  public void error(Supplier<String> message) {
    log(ERROR, message);
  }

  /** Logs a line whose message is made only if it is kept. */
  public void warn(Supplier<String> message) {
    log(WARN, message);
  }

  /** Logs a line whose message is made only if it is kept. */
  public void info(Supplier<String> message) {
    log(INFO, message);
  }

  /** Logs a line whose message is made only if it is kept. */
  public void debug(Supplier<String> message) {
    log(DEBUG, message);
  }

  /**
   * Logs a line.
   *
   * @param level one of the constants or any number between them
   * @param arguments what belongs to the message: an exception is kept with its trace
   */
  public void log(int level, String message, @Nullable Object... arguments) {
    if (keeps(level)) {
      state.add(level, Plain.line(String.valueOf(message), arguments));
    }
  }

  /** Logs a line whose message is made only if it is kept; one that cannot be made is said so. */
  public void log(int level, Supplier<String> message) {
    if (keeps(level)) {
      String text;
      try {
        text = String.valueOf(message.get());
      } catch (RuntimeException e) {
        text = "a message could not be made: " + e.getClass().getName();
      }
      log(level, text, LogState.NO_ARGUMENTS);
    }
  }

  /** Times what happens until the timer is closed, or the log is. */
  public TaskTimer timer(String name) {
    return state.timer(Plain.name(name));
  }

  /** Notes something by name; of a name that comes again the latest counts. */
  public void put(String key, @Nullable Object value) {
    state.put(Plain.name(key), Plain.of(value));
  }

  /**
   * Takes over what another log has to say: its times are moved by what lies between the two
   * beginnings, lines stay in order of time, timers come behind, and its data wins.
   */
  public void merge(TaskRecord child) {
    state.merge(child, child.startMicros() - state.startMicros());
  }

  /**
   * As {@link #merge}, of a log whose clock is not to be trusted, but of which it is known that it
   * was kept between two moments: if its times lie outside, they are moved inside.
   *
   * @param fromNanos the earlier moment, by {@link System#nanoTime}
   * @param toNanos the later one
   */
  public void mergeWithin(TaskRecord child, long fromNanos, long toNanos) {
    long earliest = state.microsAt(fromNanos);
    long latest = Math.max(earliest, state.microsAt(toNanos) - child.micros());
    long claimed = child.startMicros() - state.startMicros();
    state.merge(child, Math.clamp(claimed, earliest, latest));
  }

  /** What would be written if the log ended now. */
  public TaskRecord record() {
    return state.record();
  }

  /** True while nothing was logged, timed or noted. */
  public boolean isEmpty() {
    return state.isEmpty();
  }

  /**
   * One more reference to this log: it is not written before that is closed too. Of a log that is
   * written already nothing more is kept.
   */
  public TaskLog share() {
    state.retain();
    return new TaskLog(state);
  }

  /** Ends this reference; the last one writes the log. Closing twice is closing once. */
  @Override
  public void close() {
    if (reference != null) {
      reference.close();
    }
  }
}
