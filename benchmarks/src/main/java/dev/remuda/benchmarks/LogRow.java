package dev.remuda.benchmarks;

import java.io.IOException;
import java.util.List;

/**
 * What a log adds to a call into which nothing is logged. Everything is on one core, or where the
 * scheduler puts the processes decides the outcome.
 */
final class LogRow implements Row {
  private static final int PAIRS = 1_000;
  private static final int WARM_UP = 3_000;

  @Override
  public List<Line> measure(BenchOptions options, Toolbox tools, Progress progress)
      throws IOException {
    List<Integer> cores = Machine.here().cores();
    List<String> prefix =
        cores.isEmpty() || !Toolbox.onPath("taskset")
            ? List.of()
            : List.of("taskset", "-c", cores.getFirst().toString());
    try (var ours = new ChildJvm(prefix, Probe.class, List.of("1", "1"))) {
      progress.say("LOG: warming up");
      ours.ask("logged", options.samples(WARM_UP));
      var figures = new Figures(progress);
      int pairs = options.samples(PAIRS);
      Series reported =
          figures.add(
              "a call that reports to an open log, over one without (sync)",
              Unit.MICROS,
              () -> ours.ask("reported", pairs));
      Series logged =
          figures.add(
              "the same, the log opened and closed for it",
              Unit.MICROS,
              () -> ours.ask("logged", pairs));
      for (int round = 0; round < options.rounds(); round++) {
        progress.round("LOG", round, options.rounds());
        figures.round();
      }
      return List.of(
          line(figures.ours(reported), new Bar.AtMost(1, Unit.MICROS)),
          line(figures.ours(logged), new Bar.None()));
    }
  }

  private static Line line(Series added, Bar bar) {
    return new Line("LOG", added.name(), added, List.of(), List.of(), bar);
  }
}
