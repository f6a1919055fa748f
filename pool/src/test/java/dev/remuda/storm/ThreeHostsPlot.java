package dev.remuda.storm;

import dev.remuda.storm.ThreeHosts.Call;
import dev.remuda.storm.ThreeHosts.Event;
import dev.remuda.storm.ThreeHosts.Story;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Draws what callers saw of {@link ThreeHosts}, as SVG for light and dark pages. */
final class ThreeHostsPlot {
  private static final int SLICE_MILLIS = 100;
  private static final int LEFT = 62;
  private static final int RIGHT = 860;
  private static final int TOP = 44;
  private static final int LATENCY_BOTTOM = 270;
  private static final int BARS_TOP = 330;
  private static final int BARS_BOTTOM = 400;
  private static final double LEAST_MILLIS = 0.5;
  private static final double MOST_MILLIS = 10_000;

  private final Story story;
  private final double endMillis;
  private final StringBuilder svg = new StringBuilder();

  ThreeHostsPlot(Story story) {
    this.story = story;
    this.endMillis = story.eventMillis().get(Event.END);
  }

  private record Slice(double p50, double p99, double max, int results, int errors) {}

  private List<Slice> slices() {
    var slices = new ArrayList<Slice>();
    for (double from = 0; from < endMillis; from += SLICE_MILLIS) {
      double begin = from;
      List<Call> ended =
          story.calls().stream()
              .filter(c -> c.endMillis() >= begin && c.endMillis() < begin + SLICE_MILLIS)
              .toList();
      List<Double> times = ended.stream().map(Call::tookMillis).sorted().toList();
      int errors = (int) ended.stream().filter(Call::failed).count();
      slices.add(
          new Slice(at(times, 0.5), at(times, 0.99), at(times, 1), times.size() - errors, errors));
    }
    return slices;
  }

  /** Not a number where nothing ended. */
  private static double at(List<Double> sorted, double share) {
    return sorted.isEmpty() ? Double.NaN : sorted.get((int) Math.ceil(share * sorted.size()) - 1);
  }

  String svg() {
    line(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 880 440\" role=\"img\""
            + " aria-label=\"Latency and errors of calls while one of three servers is killed, one"
            + " cut off, one drained\">");
    line(
        """
        <style>
        svg{font:12px system-ui,sans-serif;background:#fff}
        text{fill:#333}.g{stroke:#ddd}.e{stroke:#777;stroke-dasharray:4 3}
        polyline{fill:none;stroke-width:1.6}.a{stroke:#0969da}.b{stroke:#bf5b00}
        .c{stroke:#8250df;stroke-dasharray:2 3}
        .ok{fill:#2da44e}.bad{fill:#cf222e}.la{fill:#0969da}.lb{fill:#bf5b00}.lc{fill:#8250df}
        @media (prefers-color-scheme:dark){svg{background:#0d1117}text{fill:#c9d1d9}
        .g{stroke:#30363d}.e{stroke:#8b949e}.a{stroke:#58a6ff}.b{stroke:#f0883e}.c{stroke:#bc8cff}
        .ok{fill:#3fb950}.bad{fill:#f85149}.la{fill:#58a6ff}.lb{fill:#f0883e}.lc{fill:#bc8cff}}
        </style>\
        """);
    List<Slice> slices = slices();
    grid();
    events();
    curve("b", slices.stream().map(Slice::p99).toList());
    curve("c", slices.stream().map(Slice::max).toList());
    curve("a", slices.stream().map(Slice::p50).toList());
    bars(slices);
    labels(slices);
    line("</svg>");
    return svg.toString();
  }

  private void line(String text) {
    svg.append(text).append('\n');
  }

  private static String of(double number) {
    return String.format(Locale.ROOT, "%.1f", number);
  }

  private double x(double millis) {
    return LEFT + (RIGHT - LEFT) * millis / endMillis;
  }

  private static double y(double millis) {
    double share =
        Math.log(Math.clamp(millis, LEAST_MILLIS, MOST_MILLIS) / LEAST_MILLIS)
            / Math.log(MOST_MILLIS / LEAST_MILLIS);
    return LATENCY_BOTTOM - (LATENCY_BOTTOM - TOP) * share;
  }

  private void text(double x, double y, String attributes, String what) {
    line("<text x=\"" + of(x) + "\" y=\"" + of(y) + "\" " + attributes + ">" + what + "</text>");
  }

  private void vertical(String style, double x, double from, double to) {
    line("<path class=\"%s\" d=\"M%s %sV%s\"/>".formatted(style, of(x), of(from), of(to)));
  }

  private void grid() {
    for (int millis : new int[] {1, 10, 100, 1_000}) {
      line("<path class=\"g\" d=\"M%d %sH%d\"/>".formatted(LEFT, of(y(millis)), RIGHT));
      text(LEFT - 6, y(millis) + 4, "text-anchor=\"end\"", millis + " ms");
    }
    for (int second = 0; second * 1_000 <= endMillis; second++) {
      text(x(second * 1_000.0), BARS_BOTTOM + 18, "text-anchor=\"middle\"", second + "");
    }
    line("<path class=\"g\" d=\"M%d %dH%d\"/>".formatted(LEFT, BARS_BOTTOM, RIGHT));
    text((LEFT + RIGHT) / 2.0, BARS_BOTTOM + 34, "text-anchor=\"middle\"", "seconds");
  }

  private void events() {
    boolean low = false; // two labels side by side would meet
    for (Event each : Event.values()) {
      if (!each.what.isEmpty()) {
        double x = x(story.eventMillis().get(each));
        vertical("e", x, TOP - 8, BARS_BOTTOM);
        text(x + 4, TOP + (low ? 14 : 0), "", each.what);
        low = !low;
      }
    }
  }

  private void curve(String style, List<Double> values) {
    var points = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      if (!Double.isNaN(values.get(i))) {
        points
            .append(of(x((i + 0.5) * SLICE_MILLIS)))
            .append(',')
            .append(of(y(values.get(i))))
            .append(' ');
      }
    }
    line("<polyline class=\"%s\" points=\"%s\"/>".formatted(style, points.toString().strip()));
  }

  private void bars(List<Slice> slices) {
    int most = slices.stream().mapToInt(s -> s.results() + s.errors()).max().orElse(1);
    double scale = (double) (BARS_BOTTOM - BARS_TOP) / most;
    double width = x(SLICE_MILLIS) - x(0) - 1;
    var good = new StringBuilder();
    var bad = new StringBuilder();
    for (int i = 0; i < slices.size(); i++) {
      Slice slice = slices.get(i);
      double x = x(i * SLICE_MILLIS);
      double middle = BARS_BOTTOM - slice.results() * scale;
      good.append(box(x, BARS_BOTTOM, width, middle - BARS_BOTTOM));
      if (slice.errors() > 0) {
        bad.append(box(x, middle, width, -Math.max(slice.errors() * scale, 4)));
      }
    }
    line("<path class=\"ok\" d=\"" + good + "\"/>");
    line("<path class=\"bad\" d=\"" + bad + "\"/>");
  }

  private static String box(double x, double y, double width, double height) {
    return "M%s %sv%sh%sv%sz".formatted(of(x), of(y), of(height), of(width), of(-height));
  }

  private void labels(List<Slice> slices) {
    int results = slices.stream().mapToInt(Slice::results).sum();
    int errors = slices.stream().mapToInt(Slice::errors).sum();
    text(LEFT, 16, "font-weight=\"600\"", "Latency of calls that ended in each tenth of a second");
    text(RIGHT, 16, "text-anchor=\"end\" class=\"la\"", "median");
    text(RIGHT - 52, 16, "text-anchor=\"end\" class=\"lb\"", "99th percentile");
    text(RIGHT - 150, 16, "text-anchor=\"end\" class=\"lc\"", "slowest");
    text(
        LEFT,
        BARS_TOP - 14,
        "font-weight=\"600\"",
        "How many they were: " + results + " results (green), " + errors + " errors (red)");
  }
}
