package dev.remuda.benchmarks;

import java.io.IOException;
import java.util.List;

/** B14: what a supervisor costs while its 100 workers have nothing to do. */
final class IdleRow implements Row {
  private static final int WORKERS = 100;
  private static final int FEW = 2;
  private static final int MILLIS = 10_000;
  private static final long SETTLE_MILLIS = 3_000;
  private static final double PERCENT = 100;

  @Override
  public List<Line> measure(BenchOptions options, Toolbox tools, Progress progress)
      throws IOException {
    int workers = options.quick() ? FEW : WORKERS;
    new Servers(tools.folder(), "idle.sock").trainCache(progress);
    progress.say("B14: starting " + workers + " workers");
    try (var probe =
        new ChildJvm(
            List.of(),
            IdleProbe.class,
            List.of(tools.folder().toString(), Integer.toString(workers)))) {
      probe.ask("ready");
      Servers.settle(options.quick() ? 1 : SETTLE_MILLIS);
      int millis = options.millis(MILLIS);
      String who = "supervisor of " + workers + " idle workers: ";
      var figures = new Figures(progress);
      Series cpu =
          figures.add(
              who + "CPU of one core",
              Unit.PERCENT,
              () -> perSecond(probe, "cpu", millis) / 1e9 * PERCENT);
      Series wakeups =
          figures.add(who + "wake-ups", Unit.PER_SECOND, () -> perSecond(probe, "wakeups", millis));
      for (int round = 0; round < options.rounds(); round++) {
        progress.round("B14", round, options.rounds());
        figures.round();
      }
      return List.of(
          line(figures, cpu, new Bar.AtMost(0.5, Unit.PERCENT)),
          line(figures, wakeups, new Bar.AtMost(2, Unit.PER_SECOND)));
    }
  }

  private static Line line(Figures figures, Series series, Bar bar) throws IOException {
    return new Line("B14", series.name(), figures.ours(series), List.of(), List.of(), bar);
  }

  /** What grew while nobody did anything; to ask does not wake the supervisor. */
  private static double perSecond(ChildJvm probe, String what, int millis) throws IOException {
    double before = probe.ask(what);
    long begin = System.nanoTime();
    Servers.settle(millis);
    return (probe.ask(what) - before) * 1e9 / (System.nanoTime() - begin);
  }
}
