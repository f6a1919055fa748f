package dev.remuda.cli;

import dev.remuda.cli.Table.Column;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What {@code remuda top} shows, and how its user wants it: order, filter, chosen worker. */
final class TopView {
  private static final int HEAD_LINES = 4;
  private static final Pattern STYLES = Pattern.compile("\u001b\\[[0-9;]*m");

  /** By what workers are ordered. */
  private enum Order {
    STATE("longest in its state"),
    AGE("oldest"),
    MEMORY("most memory"),
    CHECKOUTS("most checkouts"),
    NAME("name");

    private final String text;

    Order(String text) {
      this.text = text;
    }

    Order next() {
      return switch (this) {
        case STATE -> AGE;
        case AGE -> MEMORY;
        case MEMORY -> CHECKOUTS;
        case CHECKOUTS -> NAME;
        case NAME -> STATE;
      };
    }

    Comparator<WorkerRow> rows() {
      return switch (this) {
        case STATE -> Comparator.comparingLong(WorkerRow::inStateMillis).reversed();
        case AGE -> Comparator.comparingLong(WorkerRow::ageMillis).reversed();
        case MEMORY -> Comparator.comparingLong(WorkerRow::rssKib).reversed();
        case CHECKOUTS -> Comparator.comparingLong(WorkerRow::checkouts).reversed();
        case NAME ->
            Comparator.comparingInt((WorkerRow row) -> row.id().length())
                .thenComparing(WorkerRow::id);
      };
    }
  }

  private Order order = Order.STATE;
  private String filter = "";
  private @Nullable String chosen;
  private List<WorkerRow> shown = List.of();

  void nextOrder() {
    order = order.next();
  }

  void filter(String text) {
    filter = text;
  }

  String filter() {
    return filter;
  }

  /** The worker that is chosen, if it still lives and is shown. */
  @Nullable WorkerRow chosen() {
    return shown.stream().filter(row -> row.id().equals(chosen)).findFirst().orElse(null);
  }

  /** One up or down from the chosen one. */
  void move(int by) {
    if (shown.isEmpty()) {
      return;
    }
    WorkerRow now = chosen();
    int at = now == null ? (by > 0 ? -1 : 0) : shown.indexOf(now);
    chosen = shown.get(Math.clamp(at + by, 0, shown.size() - 1)).id();
  }

  /**
   * All lines.
   *
   * @param width of the window; 0 where there is none, and no line is cut
   * @param height how many lines fit
   */
  String text(Map<?, ?> status, List<WorkerRow> workers, int width, int height) {
    shown =
        workers.stream()
            .filter(row -> matches(row, filter.toLowerCase(Locale.ROOT)))
            .sorted(
                Comparator.comparing((WorkerRow row) -> !isBad(row)).thenComparing(order.rows()))
            .toList();
    var lines = new ArrayList<String>();
    lines.add(Terminal.STDOUT.bold(cut(head(status), width)));
    String trouble = WorkerRow.text(status, "trouble");
    lines.add(
        trouble.isEmpty()
            ? cut(counts(status, workers.size()), width)
            : Terminal.STDOUT.red(cut("trouble: " + Printable.line(trouble), width)));
    lines.add("");
    int room = Math.max(1, height - HEAD_LINES - 1);
    int first = Math.max(0, indexOfChosen() - room + 1);
    lines.addAll(table(shown.subList(first, Math.min(shown.size(), first + room)), width));
    if (shown.size() > first + room) {
      String more = "… and " + (shown.size() - first - room) + " more";
      lines.add(Terminal.STDOUT.dim(cut(more, width)));
    }
    return String.join("\n", lines);
  }

  private int indexOfChosen() {
    WorkerRow row = chosen();
    return row == null ? 0 : shown.indexOf(row);
  }

  private static boolean matches(WorkerRow row, String text) {
    return text.isEmpty()
        || (row.id()
                + " "
                + row.pid()
                + " "
                + row.state()
                + " "
                + row.reason()
                + " "
                + row.address())
            .toLowerCase(Locale.ROOT)
            .contains(text);
  }

  private static boolean isBad(WorkerRow row) {
    return row.state().equals("SETUP_FAILED") || row.state().equals("ENDING");
  }

  private static String head(Map<?, ?> status) {
    return Printable.line(WorkerRow.text(status, "name"))
        + "  pid "
        + WorkerRow.number(status, "pid")
        + "  up "
        + DurationText.rounded(WorkerRow.number(status, "ageMillis"))
        + (Boolean.TRUE.equals(status.get("draining")) ? "  draining" : "");
  }

  private String counts(Map<?, ?> status, int workers) {
    long waiting = 0;
    if (status.get("waiting") instanceof List<?> all) {
      for (Object each : all) {
        waiting += each instanceof Map<?, ?> queue ? WorkerRow.number(queue, "connections") : 0;
      }
    }
    return workers
        + (workers == 1 ? " worker, " : " workers, ")
        + WorkerRow.number(status, "started")
        + " started, "
        + WorkerRow.number(status, "killed")
        + " killed, "
        + waiting
        + " waiting; order: "
        + order.text
        + (filter.isEmpty() ? "" : "; with '" + Printable.line(filter) + "'");
  }

  private List<String> table(List<WorkerRow> rows, int width) {
    var table =
        new Table(
            List.of(
                Column.left(" WORKER"),
                Column.right("PID"),
                Column.left("STATE"),
                Column.right("FOR"),
                Column.right("AGE"),
                Column.right("CHECKOUTS"),
                Column.right("MEMORY")));
    for (WorkerRow row : rows) {
      boolean here = row.id().equals(chosen);
      table.add(
          List.of(
              (here ? ">" : " ") + Printable.line(row.id()),
              String.valueOf(row.pid()),
              Printable.line(row.state()) + (row.toBeReplaced() ? " *" : ""),
              DurationText.rounded(row.inStateMillis()),
              DurationText.rounded(row.ageMillis()),
              String.valueOf(row.checkouts()),
              (row.rssKib() + 512) / 1_024 + " MiB"),
          style(row, here, width),
          "");
    }
    List<String> lines = new ArrayList<>(table.text(0).lines().toList());
    String heads = STYLES.matcher(lines.getFirst()).replaceAll("");
    lines.set(0, Terminal.STDOUT.bold(cut(heads, width)));
    return lines;
  }

  private static UnaryOperator<String> style(WorkerRow row, boolean here, int width) {
    UnaryOperator<String> colour =
        switch (row.state()) {
          case "STANDBY" -> Terminal.STDOUT::green;
          case "STARTING" -> Terminal.STDOUT::dim;
          case "RETIRING" -> Terminal.STDOUT::yellow;
          case "SETUP_FAILED", "ENDING" -> Terminal.STDOUT::red;
          default -> UnaryOperator.identity();
        };
    return line -> {
      String fitting = cut(line, width);
      return here ? Terminal.STDOUT.bold(fitting) : colour.apply(fitting);
    };
  }

  static String cut(String line, int width) {
    return width == 0 || line.length() <= width
        ? line
        : line.substring(0, Math.max(0, width - 1)) + "…";
  }
}
