package dev.remuda.benchmarks;

import java.io.IOException;
import java.util.List;

/**
 * B8: so many checkouts with one call each, all queued at once for 4 workers: the time of one, when
 * there are 20,000 and when there are 1,000.
 */
final class QueueRow implements Row {
  private static final int FEW = 1_000;
  private static final int MANY = 20_000;
  private static final int WARM_UP = 5;

  @Override
  public List<Line> measure(BenchOptions options, Toolbox tools, Progress progress)
      throws IOException {
    try (var ours = new ChildJvm(List.of(), Probe.class, List.of("4", "1"))) {
      progress.say("B8: warming up");
      for (int i = 0; i < (options.quick() ? 1 : WARM_UP); i++) {
        ours.ask("queued", options.samples(MANY));
      }
      var figures = new Figures(progress);
      Series few =
          figures.add(
              "one checkout of 1,000 queued at once",
              Unit.MICROS,
              () -> ours.ask("queued", options.samples(FEW)));
      Series many =
          figures.add(
              "one checkout of 20,000 queued at once, 4 workers",
              Unit.MICROS,
              () -> ours.ask("queued", options.samples(MANY)));
      for (int round = 0; round < options.rounds(); round++) {
        progress.round("B8", round, options.rounds());
        figures.round();
      }
      return List.of(
          new Line(
              "B8",
              many.name(),
              figures.ours(many),
              figures.whole(List.of(few)),
              List.of(),
              new Bar.TimesLimit(1.2)));
    }
  }
}
