package dev.remuda.benchmarks;

import dev.remuda.server.ServerStats;
import dev.remuda.server.TaskServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * B5: from {@code posix_spawn} to the word that it is ready, for a worker and for a JVM with the
 * same flags whose main does nothing else; with an AOT cache and without; all started and timed by
 * the same supervisor.
 */
final class StartRow implements Row {
  private static final int SAMPLES = 4;

  private interface Start {
    TaskServer start() throws IOException;
  }

  @Override
  public List<Line> measure(BenchOptions options, Toolbox tools, Progress progress)
      throws IOException {
    var servers = new Servers(tools.folder());
    var figures = new Figures(progress);
    int samples = options.quick() ? 1 : SAMPLES;
    Series bare =
        figures.add("bare JVM main", Unit.MILLIS, () -> p50(() -> servers.bare(1), samples));
    var lines = new ArrayList<Series>();
    if (servers.trainCache(progress)) {
      lines.add(
          figures.add(
              "spawn to ready, AOT cache",
              Unit.MILLIS,
              () -> p50(() -> servers.withCache(1), samples)));
    }
    lines.add(
        figures.add(
            "spawn to ready, no AOT cache",
            Unit.MILLIS,
            () -> p50(() -> servers.ours(1), samples)));
    for (int round = 0; round < options.rounds(); round++) {
      progress.round("B5", round, options.rounds());
      figures.round();
    }
    var all = new ArrayList<Line>();
    for (Series each : lines) {
      Bar bar = all.isEmpty() ? new Bar.TimesLimit(2.5) : new Bar.None();
      all.add(line(figures, each, bare, bar));
    }
    return all;
  }

  private static Line line(Figures figures, Series ours, Series bare, Bar bar) throws IOException {
    return new Line(
        "B5", ours.name(), figures.ours(ours), figures.whole(List.of(bare)), List.of(), bar);
  }

  private static double p50(Start server, int count) throws IOException {
    double[] samples = new double[count];
    for (int i = 0; i < count; i++) {
      try (TaskServer started = server.start()) {
        ServerStats.Worker worker = Servers.awaitStandby(started, 1).getFirst();
        samples[i] = nanos(worker.readyAfter());
      }
    }
    return Series.median(samples);
  }

  private static double nanos(Optional<Duration> took) throws IOException {
    return took.orElseThrow(() -> new IOException("a worker that is ready was never")).toNanos();
  }
}
