package dev.remuda.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Rows under aligned heads, each with a remark where there is something to say. */
final class Table {
  private static final String GAP = "  ";
  private static final String INDENT = "    ";

  /** What a column is called, and at which side its cells end. */
  record Column(String head, boolean toTheRight) {
    static Column left(String head) {
      return new Column(head, false);
    }

    static Column right(String head) {
      return new Column(head, true);
    }
  }

  private record Row(List<String> cells, UnaryOperator<String> style, String remark) {}

  private final List<Column> columns;
  private final List<Row> rows = new ArrayList<>();

  Table(List<Column> columns) {
    this.columns = List.copyOf(columns);
  }

  /**
   * Adds a row.
   *
   * @param style colours it, without changing its width
   */
  void add(List<String> cells, UnaryOperator<String> style, String remark) {
    rows.add(new Row(List.copyOf(cells), style, remark));
  }

  /**
   * All of it.
   *
   * @param width of the window, in which a remark has to fit; 0 to keep a row on one line
   */
  String text(int width) {
    int[] widths = widths();
    List<String> heads = columns.stream().map(Column::head).toList();
    var text = new StringBuilder();
    text.append(Terminal.STDOUT.bold(aligned(heads, widths).stripTrailing())).append('\n');
    for (Row row : rows) {
      String cells = aligned(row.cells, widths);
      text.append(row.style.apply(cells.stripTrailing()));
      if (!row.remark.isEmpty()) {
        text.append(remark(row.remark, cells.length(), width));
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static String remark(String remark, int taken, int width) {
    if (width == 0 || taken + GAP.length() + remark.length() <= width) {
      return GAP + remark;
    }
    String indent = "\n" + INDENT;
    return indent + String.join(indent, Terminal.wrapped(remark, width - INDENT.length()));
  }

  private int[] widths() {
    var widths = new int[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = columns.get(i).head.length();
      for (Row row : rows) {
        widths[i] = Math.max(widths[i], row.cells.get(i).length());
      }
    }
    return widths;
  }

  private String aligned(List<String> cells, int[] widths) {
    var line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      String cell = cells.get(i);
      String space = " ".repeat(widths[i] - cell.length());
      line.append(i == 0 ? "" : GAP)
          .append(columns.get(i).toTheRight ? space + cell : cell + space);
    }
    return line.toString();
  }
}
