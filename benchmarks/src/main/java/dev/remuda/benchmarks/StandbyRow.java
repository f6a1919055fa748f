package dev.remuda.benchmarks;

import dev.remuda.client.TaskClient;
import dev.remuda.client.TypedClient;
import dev.remuda.server.TaskServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * B4: from the checkout to the reply of a standby worker that has never served; each sample has a
 * new connection and uses up its worker. That the supervisor starts the replacement meanwhile is
 * part of it.
 */
final class StandbyRow implements Row {
  private static final String NAME = "standby worker: connect, checkout, first reply";
  private static final int SAMPLES = 10;
  private static final int LIMIT_SAMPLES = 1_000;
  private static final int WARM_UP = 5;
  private static final long SETTLE_MILLIS = 100;

  @Override
  public List<Line> measure(BenchOptions options, Toolbox tools, Progress progress)
      throws IOException {
    var servers = new Servers(tools.folder());
    var cached = new Servers(tools.folder(), "cached.sock");
    boolean cache = cached.trainCache(progress);
    try (TaskServer server = servers.ours(1);
        TaskServer other = cache ? cached.withCache(1) : null) {
      progress.say("B4: warming up");
      int warmUp = options.quick() ? 1 : WARM_UP;
      int samples = options.quick() ? 2 : SAMPLES;
      var figures = new Figures(progress);
      List<Series> limits = limits(options, tools, figures);
      var lines = new ArrayList<Series>();
      if (other != null) {
        p50(other, cached, warmUp);
        lines.add(
            figures.add(NAME + ", AOT cache", Unit.MILLIS, () -> p50(other, cached, samples)));
      }
      p50(server, servers, warmUp);
      lines.add(figures.add(NAME, Unit.MILLIS, () -> p50(server, servers, samples)));
      for (int round = 0; round < options.rounds(); round++) {
        progress.round("B4", round, options.rounds());
        figures.round();
      }
      return lines(figures, lines, limits);
    }
  }

  private static List<Series> limits(BenchOptions options, Toolbox tools, Figures figures) {
    return tools
        .limit()
        .map(command ->
            figures.add(
                "raw connect + 64 bytes there and back, C",
                Unit.MILLIS,
                () ->
                    Toolbox.number(List.of(), command, "connect", options.samples(LIMIT_SAMPLES))))
        .map(List::of)
        .orElse(List.of());
  }

  private static List<Line> lines(Figures figures, List<Series> ours, List<Series> limits)
      throws IOException {
    var all = new ArrayList<Line>();
    for (Series each : ours) {
      all.add(
          new Line(
              "B4",
              each.name(),
              figures.ours(each),
              figures.whole(limits),
              List.of(),
              all.isEmpty() ? new Bar.AtMost(0.5, Unit.MILLIS) : new Bar.None()));
    }
    return all;
  }

  private static double p50(TaskServer server, Servers servers, int count) throws IOException {
    double[] samples = new double[count];
    for (int i = 0; i < count; i++) {
      Servers.awaitStandby(server, 1);
      Servers.settle(SETTLE_MILLIS);
      samples[i] = firstReply(servers);
    }
    return Series.median(samples);
  }

  private static double firstReply(Servers servers) {
    try (TaskClient client =
        TaskClient.builder()
            .connect(servers.socket())
            .greet()
            .minWorkers(0)
            .maxWorkers(1)
            .build()) {
      TypedClient<EchoService> echo = client.of(EchoService.class);
      client.stats(); // its loop runs
      long begin = System.nanoTime();
      return echo.async(e -> e.echo(RoundTrips.TEXT))
          .thenApply(text -> System.nanoTime() - begin)
          .join();
    }
  }
}
