package dev.remuda.status;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Small drawings. They carry no style attributes, which the page's own policy forbids. */
final class Charts {
  private static final int SPARK_WIDTH = 118;
  private static final int SPARK_HEIGHT = 20;
  private static final int BAR_WIDTH = 120;

  private Charts() {}

  /** A line over time; nothing where all is zero. */
  static String spark(List<? extends Number> values, String title) {
    double most = values.stream().mapToDouble(Number::doubleValue).max().orElse(0);
    if (most <= 0 || values.size() < 2) {
      return "<span class=soft>–</span>";
    }
    var path = new StringBuilder();
    for (int i = 0; i < values.size(); i++) {
      double x = (double) i * SPARK_WIDTH / (values.size() - 1);
      double y = SPARK_HEIGHT - 1 - values.get(i).doubleValue() / most * (SPARK_HEIGHT - 3);
      path.append(i == 0 ? 'M' : 'L').append(Math.round(x)).append(' ').append(number(y));
    }
    return new Html()
        .raw("<svg role=img width=" + SPARK_WIDTH + " height=" + SPARK_HEIGHT + "><title>")
        .text(title)
        .raw("</title><path class=spark d=\"")
        .raw(path.toString())
        .raw("\"/></svg>")
        .toString();
  }

  /** A part of a whole. */
  static String bar(double share, boolean bad) {
    double part = Math.clamp(share, 0, 1) * BAR_WIDTH;
    return "<svg aria-hidden=true width="
        + BAR_WIDTH
        + " height=8><rect class=track width="
        + BAR_WIDTH
        + " height=8 rx=2></rect><rect class="
        + (bad ? "late" : "fill")
        + " width="
        + number(share > 0 ? Math.max(2, part) : 0)
        + " height=8 rx=2></rect></svg>";
  }

  /** A call's wait and run, on the scale of the longest. */
  static String waterfall(Activity.Call call, Duration longest) {
    double scale = (double) BAR_WIDTH / Math.max(1, longest.toNanos());
    double wait = call.queued().toNanos() * scale;
    double run = Math.max(1.5, call.ran().toNanos() * scale);
    return "<svg aria-hidden=true width="
        + BAR_WIDTH
        + " height=8><rect class=track width="
        + BAR_WIDTH
        + " height=1 y=7></rect><rect class=wait width="
        + number(wait)
        + " height=8></rect><rect class="
        + (call.failure().isEmpty() ? "fill" : "late")
        + " x="
        + number(Math.min(wait, BAR_WIDTH - 1.5))
        + " width="
        + number(run)
        + " height=8></rect></svg>";
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
