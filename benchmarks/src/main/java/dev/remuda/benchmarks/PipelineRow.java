package dev.remuda.benchmarks;

import java.io.IOException;
import java.util.List;

/** B3: 64 calls at a time on one checkout, sent before their replies; not pinned. */
final class PipelineRow implements Row {
  private static final int MILLIS = 1_000;
  private static final int WARM_UP_MILLIS = 3_000;
  private static final Bar BAR = new Bar.RateOf(400_000);

  @Override
  public List<Line> measure(BenchOptions options, Toolbox tools, Progress progress)
      throws IOException {
    try (var ours = new ChildJvm(List.of(), Probe.class, List.of("1", "64"))) {
      progress.say("B3: warming up");
      ours.ask("pipelined", options.millis(WARM_UP_MILLIS));
      var figures = new Figures(progress);
      int millis = options.millis(MILLIS);
      Series pipelined =
          figures.add(
              "64 pipelined calls on one checkout, from callbacks",
              Unit.PER_SECOND,
              () -> ours.ask("pipelined", millis));
      for (int round = 0; round < options.rounds(); round++) {
        progress.round("B3", round, options.rounds());
        figures.round();
      }
      return List.of(
          new Line("B3", pipelined.name(), figures.ours(pipelined), List.of(), List.of(), BAR));
    }
  }
}
