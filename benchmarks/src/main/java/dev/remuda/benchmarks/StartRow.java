package dev.remuda.benchmarks;

import dev.remuda.server.ServerStats;
import dev.remuda.server.TaskServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * B5: from {@code posix_spawn} to the word that it is ready, for a worker and for a JVM with the
 * same flags whose main does nothing else; both started and timed by the same supervisor.
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
    Series ours =
        figures.add(
            "spawn to ready, no AOT cache yet",
            Unit.MILLIS,
            () -> p50(() -> servers.ours(1), samples));
    for (int round = 0; round < options.rounds(); round++) {
      progress.round("B5", round, options.rounds());
      figures.round();
    }
    return List.of(
        new Line(
            "B5",
            ours.name(),
            figures.ours(ours),
            figures.whole(List.of(bare)),
            List.of(),
            new Bar.TimesLimit(2.5)));
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
