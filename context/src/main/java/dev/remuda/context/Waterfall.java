package dev.remuda.context;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A record as a picture of time: each timer is a bar on a shared axis, each line stands at its
 * moment. Names and texts are shown without control characters.
 */
public final class Waterfall {
  /** How many rows are shown, the first and the last; those between are counted. */
  static final int MAX_ROWS = 500;

  private Waterfall() {}

  /**
   * For a terminal.
   *
   * @param columns how wide it is; at least 60 are used
   */
  public static String text(TaskRecord record, int columns) {
    return new WaterfallText(record, columns).draw();
  }

  /** One {@code svg} element, to stand in an HTML page; needs neither style sheet nor script. */
  public static String svg(TaskRecord record) {
    return new WaterfallSvg(record).draw();
  }

  /**
   * One bar, or one line.
   *
   * @param to where it ends; of a line the same as {@code from}
   * @param level of a line; 0 for a timer
   */
  record Row(long from, long to, int level, String label, String text) {
    boolean isBar() {
      return level == 0;
    }

    boolean isError() {
      return level > 0 && level <= TaskLog.ERROR;
    }
  }

  /** In the order in which they begin. */
  static List<Row> rows(TaskRecord record) {
    var rows = new ArrayList<Row>();
    for (TaskRecord.Span timer : record.timers()) {
      String took = millis(timer.to() - timer.from());
      rows.add(new Row(timer.from(), timer.to(), 0, Shown.line(timer.name()), took));
    }
    for (TaskRecord.Line line : record.lines()) {
      int level = Math.max(1, line.level());
      String name = levelName(line.level());
      rows.add(new Row(line.micros(), line.micros(), level, name, message(line)));
    }
    rows.sort(Comparator.comparingLong(Row::from));
    return rows;
  }

  /** How many rows stand before those that are only counted; all of them where all are shown. */
  static int first(List<Row> rows) {
    return rows.size() <= MAX_ROWS ? rows.size() : MAX_ROWS / 2;
  }

  /** Where the rows begin again behind those that are only counted. */
  static int again(List<Row> rows) {
    return rows.size() <= MAX_ROWS ? rows.size() : rows.size() - MAX_ROWS / 2;
  }

  /** Where the axis ends: a bar may end later than its log, where clocks differ. */
  static long end(TaskRecord record, List<Row> rows) {
    return Math.max(1, rows.stream().mapToLong(Row::to).reduce(record.micros(), Math::max));
  }

  static String levelName(int level) {
    return switch (level) {
      case TaskLog.ERROR -> "ERROR";
      case TaskLog.WARN -> "WARN";
      case TaskLog.INFO -> "INFO";
      case TaskLog.DEBUG -> "DEBUG";
      default -> "LEVEL " + level;
    };
  }

  static String millis(long micros) {
    return String.format(java.util.Locale.ROOT, "%.1f ms", micros / 1e3);
  }

  /** The texts as they are, all else as JSON. */
  static String message(TaskRecord.Line line) {
    var text = new StringBuilder();
    for (Object argument : line.arguments()) {
      text.append(text.isEmpty() ? "" : " ")
          .append(argument instanceof String string ? string : JsonLine.of(argument));
    }
    return text.toString();
  }
}
