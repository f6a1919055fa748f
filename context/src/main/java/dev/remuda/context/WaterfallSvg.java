package dev.remuda.context;

import com.google.errorprone.annotations.FormatMethod;
import java.util.List;
import java.util.Locale;

/** A waterfall as an inline SVG element. */
final class WaterfallSvg {
  private static final int WIDTH = 960;
  private static final int ROW = 18;
  private static final int LABELS = 200;
  private static final int AXIS = 400;
  private static final int MAX_TEXT = 60;

  private final TaskRecord record;
  private final List<Waterfall.Row> rows;
  private final long end;
  private final StringBuilder out = new StringBuilder();

  WaterfallSvg(TaskRecord record) {
    this.record = record;
    this.rows = Waterfall.rows(record);
    this.end = Waterfall.end(record, rows);
  }

  String draw() {
    int first = Waterfall.first(rows);
    int again = Waterfall.again(rows);
    int left = first + (first < again ? 1 : 0); // the line that counts those between
    int height = ROW * (left + rows.size() - again + 1) + 6;
    out.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"100%%\""
                + " role=\"img\" font-family=\"monospace\" font-size=\"12\""
                + " fill=\"currentColor\">",
            WIDTH,
            height));
    text(0, 0, record.start() + ", " + Waterfall.millis(record.micros()));
    for (int i = 0; i < first; i++) {
      draw(i + 1, rows.get(i));
    }
    if (first < again) {
      text(0, left, "… and " + (again - first) + " more");
    }
    for (int i = again; i < rows.size(); i++) {
      draw(left + 1 + i - again, rows.get(i));
    }
    return out.append("</svg>").toString();
  }

  private void draw(int line, Waterfall.Row row) {
    String whole = Shown.escaped(row.label() + ": " + row.text(), 1_000);
    out.append("<g><title>").append(escaped(whole)).append("</title>");
    text(0, line, Shown.escaped(row.label(), 26));
    if (row.isBar()) {
      shape(
          "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"#4878a8\"/>",
          x(row.from()), ROW * line + 4, Math.max(1, x(row.to()) - x(row.from())), ROW - 6);
    } else {
      shape(
          "<circle cx=\"%.1f\" cy=\"%d\" r=\"4\" fill=\"%s\"/>",
          x(row.from()), ROW * line + ROW / 2 + 1, row.isError() ? "#c03030" : "#888888");
    }
    text(LABELS + AXIS + 12, line, Shown.escaped(row.text(), MAX_TEXT));
    out.append("</g>");
  }

  @FormatMethod
  private void shape(String format, Object... arguments) {
    out.append(String.format(Locale.ROOT, format, arguments));
  }

  private double x(long micros) {
    return LABELS + (double) micros / end * AXIS;
  }

  private void text(int x, int line, String text) {
    out.append("<text x=\"").append(x).append("\" y=\"").append(ROW * line + 14).append("\">");
    out.append(escaped(text)).append("</text>");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
