package dev.remuda.context;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link TaskLog} has to say, once: as {@code {"start": …, "end": …, "logs": [[t, level,
 * args…]], "timers": [[name, t0, t1]], "data": {}}} with times in seconds from its start, empty
 * sections absent. The values in it are of JSON's kinds: null, Boolean, Number, String, List, Map.
 *
 * @param startMicros when it began, in microseconds since 1970
 * @param micros how long it took, in microseconds
 * @param lines what was logged, in order of time
 * @param timers what was timed, in the order in which it began
 * @param data what was noted by name
 */
public record TaskRecord(
    long startMicros,
    long micros,
    List<Line> lines,
    List<Span> timers,
    Map<String, @Nullable Object> data) {
  /** Copies what it is given. */
  public TaskRecord {
    lines = List.copyOf(lines);
    timers = List.copyOf(timers);
    data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
  }

  /**
   * One line.
   *
   * @param micros when, in microseconds from the start
   * @param level {@link TaskLog#ERROR}, {@link TaskLog#WARN}, {@link TaskLog#INFO}, {@link
   *     TaskLog#DEBUG} or any other number
   * @param arguments usually a text first
   */
  public record Line(long micros, int level, List<@Nullable Object> arguments) {
    /** Copies the arguments. */
    public Line {
      arguments = Collections.unmodifiableList(new ArrayList<>(arguments));
    }

    /** Its level and its text, on as many lines as the text has. */
    @Override
    public String toString() {
      return Waterfall.levelName(level) + ' ' + Waterfall.message(this);
    }

    Line shifted(long shift) {
      return new Line(Math.max(0, micros + shift), level, arguments);
    }
  }

  /**
   * One stretch of time.
   *
   * @param from in microseconds from the start
   * @param to in microseconds from the start; never before {@code from}
   */
  public record Span(String name, long from, long to) {
    Span shifted(long shift) {
      long begin = Math.max(0, from + shift);
      return new Span(name, begin, Math.max(begin, to + shift));
    }
  }

  /** When it began. */
  public Instant start() {
    return Instant.ofEpochSecond(
        Math.floorDiv(startMicros, 1_000_000), 1_000L * Math.floorMod(startMicros, 1_000_000));
  }

  /** True when there is nothing in it but the time. */
  public boolean isEmpty() {
    return lines.isEmpty() && timers.isEmpty() && data.isEmpty();
  }

  /** The level of its most severe line; INFO where it has none. */
  public System.Logger.Level severity() {
    int most = lines.stream().mapToInt(Line::level).min().orElse(TaskLog.INFO);
    if (most <= TaskLog.ERROR) {
      return System.Logger.Level.ERROR;
    } else if (most <= TaskLog.WARN) {
      return System.Logger.Level.WARNING;
    }
    return most <= TaskLog.INFO ? System.Logger.Level.INFO : System.Logger.Level.DEBUG;
  }

  /** One line of JSON. */
  public String toJson() {
    return JsonLine.of(toMap());
  }

  /** The record as values that can be written as JSON. */
  public Map<String, @Nullable Object> toMap() {
    return RecordForm.toMap(this);
  }

  /**
   * Reads what {@link #toMap} makes, from whomever it came: what is of the wrong shape is left out,
   * and what is more than a log keeps.
   */
  public static TaskRecord of(Map<?, ?> map) {
    return RecordForm.read(map);
  }
}
