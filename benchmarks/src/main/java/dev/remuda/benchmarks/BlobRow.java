package dev.remuda.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** B7: the echo of a large string and of a large array of bytes; not pinned. */
final class BlobRow implements Row {
  private static final int KIB = 1_024;
  private static final int WARM_UP = 1_000;
  private static final int SAMPLES = 100;

  /** The bar of strings is 0.6 times the time of one peer, which this program cannot drive. */
  private static final List<Size> SIZES =
      List.of(
          new Size("text", 64 * KIB, "a string of 64 KiB", new Bar.None()),
          new Size("text", KIB * KIB, "a string of 1 MiB", new Bar.None()),
          new Size("bytes", KIB * KIB, "a byte[] of 1 MiB", new Bar.TimesLimit(3)));

  private record Size(String command, int bytes, String text, Bar bar) {}

  @Override
  public List<Line> measure(BenchOptions options, Toolbox tools, Progress progress)
      throws IOException {
    try (var ours = new ChildJvm(List.of(), BlobProbe.class, List.of())) {
      progress.say("B7: warming up");
      int samples = options.samples(SAMPLES);
      var figures = new Figures(progress);
      var lines = new ArrayList<Line>();
      var limits = new ArrayList<List<Series>>();
      var all = new ArrayList<Series>();
      for (Size size : SIZES) {
        ours.ask(size.command, size.bytes, options.samples(WARM_UP));
        all.add(
            figures.add(
                "echo of " + size.text,
                Unit.MICROS,
                () -> ours.ask(size.command, size.bytes, samples)));
        limits.add(limits(tools, figures, size, samples));
      }
      for (int round = 0; round < options.rounds(); round++) {
        progress.round("B7", round, options.rounds());
        figures.round();
      }
      for (int i = 0; i < SIZES.size(); i++) {
        Series series = figures.ours(all.get(i));
        List<Series> limit = figures.whole(limits.get(i));
        lines.add(new Line("B7", series.name(), series, limit, List.of(), SIZES.get(i).bar));
      }
      return lines;
    }
  }

  private static List<Series> limits(Toolbox tools, Figures figures, Size size, int samples) {
    return tools
        .limit()
        .map(command ->
            figures.add(
                "raw echo of as many bytes as " + size.text + ", C",
                Unit.MICROS,
                () -> Toolbox.number(List.of(), command, "echo", size.bytes, samples)))
        .map(List::of)
        .orElse(List.of());
  }
}
