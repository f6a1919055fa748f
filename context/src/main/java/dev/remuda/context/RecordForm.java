package dev.remuda.context;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records as plain values, and back. */
final class RecordForm {
  private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);

  /** Later ones, and longer ones, are nobody's. */
  private static final long MAX_MICROS = 1L << 53;

  private RecordForm() {}

  static Map<String, @Nullable Object> toMap(TaskRecord record) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    map.put("start", seconds(record.startMicros()));
    map.put("end", seconds(record.micros()));
    if (!record.lines().isEmpty()) {
      var logs = new ArrayList<@Nullable Object>(record.lines().size());
      for (TaskRecord.Line line : record.lines()) {
        logs.add(toList(line));
      }
      map.put("logs", logs);
    }
    if (!record.timers().isEmpty()) {
      var timers = new ArrayList<@Nullable Object>(record.timers().size());
      for (TaskRecord.Span timer : record.timers()) {
        timers.add(List.of(timer.name(), seconds(timer.from()), seconds(timer.to())));
      }
      map.put("timers", timers);
    }
    if (!record.data().isEmpty()) {
      map.put("data", record.data());
    }
    return map;
  }

  private static List<@Nullable Object> toList(TaskRecord.Line line) {
    var list = new ArrayList<@Nullable Object>(line.arguments().size() + 2);
    list.add(seconds(line.micros()));
    list.add((long) line.level());
    list.addAll(line.arguments());
    return list;
  }

  /** Six decimals at the most, never with an exponent. */
  static BigDecimal seconds(long micros) {
    BigDecimal seconds = BigDecimal.valueOf(micros, 6).stripTrailingZeros();
    return seconds.scale() < 0 ? seconds.setScale(0) : seconds;
  }

  static TaskRecord read(Map<?, ?> map) {
    long end = micros(map.get("end"));
    var kept = new LogLines();
    for (Object each : list(map.get("logs"))) {
      TaskRecord.Line line = line(each);
      if (line != null) {
        kept.add(line);
      }
    }
    var timers = new ArrayList<TaskRecord.Span>();
    long timersDropped = 0;
    for (Object each : list(map.get("timers"))) {
      TaskRecord.Span span = span(each);
      if (span != null && timers.size() < LogState.MAX_TIMERS) {
        timers.add(span);
      } else if (span != null) {
        timersDropped++;
      }
    }
    Map<?, ?> noted = map.get("data") instanceof Map<?, ?> wire ? wire : Map.of();
    List<TaskRecord.Line> lines = kept.inOrder();
    LogState.sayDropped(timersDropped, noted.size() - LogState.MAX_DATA, end, lines);
    return new TaskRecord(micros(map.get("start")), end, lines, timers, data(noted));
  }

  private static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  private static TaskRecord.@Nullable Line line(@Nullable Object wire) {
    if (wire instanceof List<?> parts
        && parts.size() >= 2
        && parts.get(0) instanceof Number at
        && parts.get(1) instanceof Number level) {
      return new TaskRecord.Line(
          micros(at),
          Math.clamp(level.longValue(), Integer.MIN_VALUE, Integer.MAX_VALUE),
          Plain.line(parts.subList(2, parts.size())));
    }
    return null;
  }

  private static TaskRecord.@Nullable Span span(@Nullable Object wire) {
    if (wire instanceof List<?> parts
        && parts.size() >= 3
        && parts.get(1) instanceof Number from
        && parts.get(2) instanceof Number to) {
      return new TaskRecord.Span(
          Plain.name(String.valueOf(parts.get(0))),
          micros(from),
          Math.max(micros(from), micros(to)));
    }
    return null;
  }

  private static Map<String, @Nullable Object> data(Map<?, ?> wire) {
    var data = new LinkedHashMap<String, @Nullable Object>();
    wire.forEach((key, value) -> {
      if (data.size() < LogState.MAX_DATA) {
        data.put(Plain.name(String.valueOf(key)), Plain.of(value));
      }
    });
    return data;
  }

  private static long micros(@Nullable Object wire) {
    if (!(wire instanceof Number number)) {
      return 0;
    } else if (number instanceof BigDecimal exact
        && exact.precision() < 40
        && Math.abs(exact.scale()) < 40) {
      BigDecimal micros = exact.multiply(MILLION).setScale(0, RoundingMode.HALF_UP);
      return micros.signum() < 0 ? 0 : micros.min(BigDecimal.valueOf(MAX_MICROS)).longValue();
    }
    double seconds = number.doubleValue();
    return seconds > 0 ? Math.min(MAX_MICROS, Math.round(seconds * 1e6)) : 0;
  }
}
