package dev.remuda.context;

import java.util.List;

/** A waterfall in letters. */
final class WaterfallText {
  private static final int MIN_COLUMNS = 60;
  private static final int MAX_COLUMNS = 1_000;
  private static final int MAX_LABEL = 28;

  private final TaskRecord record;
  private final List<Waterfall.Row> rows;
  private final long end;
  private final int columns;
  private final int labelWidth;
  private final int axisWidth;
  private final StringBuilder out = new StringBuilder();

  WaterfallText(TaskRecord record, int columns) {
    this.record = record;
    this.rows = Waterfall.rows(record);
    this.end = Waterfall.end(record, rows);
    this.columns = Math.clamp(columns, MIN_COLUMNS, MAX_COLUMNS);
    int longest = rows.stream().mapToInt(row -> row.label().length()).reduce(0, Math::max);
    this.labelWidth = Math.min(longest, Math.min(MAX_LABEL, this.columns / 3));
    this.axisWidth = Math.max(20, (this.columns - labelWidth) / 2 - 4);
  }

  String draw() {
    out.append(record.start()).append(", ").append(Waterfall.millis(record.micros())).append('\n');
    int first = Waterfall.first(rows);
    int again = Waterfall.again(rows);
    rows.subList(0, first).forEach(this::draw);
    if (first < again) {
      out.append("… and ").append(again - first).append(" more\n");
    }
    rows.subList(again, rows.size()).forEach(this::draw);
    record
        .data()
        .forEach((key, value) ->
            out.append(cut(Shown.line(key) + " = " + Shown.line(JsonLine.of(value)), columns))
                .append('\n'));
    return out.toString();
  }

  private void draw(Waterfall.Row row) {
    String label = cut(row.label(), labelWidth);
    out.append(label).append(" ".repeat(labelWidth - label.length())).append(" │");
    int from = Math.min(axisWidth - 1, column(row.from()));
    int length = row.isBar() ? Math.max(1, column(row.to()) - from) : 1;
    out.append(" ".repeat(from))
        .append((row.isBar() ? "█" : row.isError() ? "✗" : "·").repeat(length))
        .append(" ".repeat(Math.max(0, axisWidth - from - length)))
        .append("│ ");
    int left = columns - labelWidth - axisWidth - 4;
    out.append(Shown.escaped(row.text(), left)).append('\n');
  }

  private int column(long micros) {
    return (int) Math.round((double) micros / end * axisWidth);
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, Math.max(0, length - 1)) + '…';
  }
}
