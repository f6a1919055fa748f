package dev.remuda.status;

import dev.remuda.daemon.DurationHistogram;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Small drawings. They carry no style attributes, which the page's own policy forbids. */
final class Charts {
  private static final int SPARK_WIDTH = 118;
  private static final int SPARK_HEIGHT = 20;
  private static final int BAR_WIDTH = 120;
  private static final int BAR_STEP = 6;
  private static final int STEPS = 12;
  private static final Duration FIRST_STEP = Duration.ofNanos(250_000);

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

  /** Bars for how many took how long; each is for what took up to four times as long. */
  static String histogram(DurationHistogram took) {
    if (took.count() == 0) {
      return "<span class=soft>–</span>";
    }
    var counts = new long[STEPS];
    for (DurationHistogram.Bucket bucket : took.buckets()) {
      counts[step(bucket.upTo())] += bucket.count();
    }
    long most = Arrays.stream(counts).max().orElse(1);
    int first = step(took.buckets().getFirst().upTo());
    int last = step(took.buckets().getLast().upTo());
    var told = new ArrayList<String>();
    var bars = new StringBuilder();
    for (int i = first; i <= last; i++) {
      double height = counts[i] == 0 ? 0 : Math.max(2, (double) counts[i] / most * SPARK_HEIGHT);
      bars.append("<rect class=fill x=")
          .append((i - first) * BAR_STEP)
          .append(" y=")
          .append(number(SPARK_HEIGHT - height))
          .append(" width=")
          .append(BAR_STEP - 1)
          .append(" height=")
          .append(number(height))
          .append("></rect>");
      told.add(
          Texts.count(counts[i])
              + " up to "
              + Texts.duration(FIRST_STEP.multipliedBy(1L << (2 * i))));
    }
    return new Html()
        .raw("<svg role=img width=" + STEPS * BAR_STEP + " height=" + SPARK_HEIGHT + "><title>")
        .text(String.join(", ", told))
        .raw("</title>")
        .raw(bars.toString())
        .raw("</svg>")
        .toString();
  }

  private static int step(Duration time) {
    int step = 0;
    while (step < STEPS - 1 && FIRST_STEP.multipliedBy(1L << (2 * step)).compareTo(time) < 0) {
      step++;
    }
    return step;
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
