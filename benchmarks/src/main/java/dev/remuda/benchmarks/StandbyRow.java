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
  private static final int SAMPLES = 10;
  private static final int LIMIT_SAMPLES = 1_000;
  private static final int WARM_UP = 5;
  private static final long SETTLE_MILLIS = 100;

  @Override
  public List<Line> measure(BenchOptions options, Toolbox tools, Progress progress)
      throws IOException {
    var servers = new Servers(tools.folder());
    try (TaskServer server = servers.ours(1)) {
      progress.say("B4: warming up");
      int samples = options.quick() ? 2 : SAMPLES;
      p50(server, servers, options.quick() ? 1 : WARM_UP);
      return measure(options, tools, progress, () -> p50(server, servers, samples));
    }
  }

  private static List<Line> measure(
      BenchOptions options, Toolbox tools, Progress progress, Figures.Source source)
      throws IOException {
    var figures = new Figures(progress);
    var limits = new ArrayList<Series>();
    tools
        .limit()
        .ifPresent(command ->
            limits.add(
                figures.add(
                    "raw connect + 64 bytes there and back, C",
                    Unit.MILLIS,
                    () ->
                        Toolbox.number(
                            List.of(), command, "connect", options.samples(LIMIT_SAMPLES)))));
    Series ours =
        figures.add("standby worker: connect, checkout, first reply", Unit.MILLIS, source);
    for (int round = 0; round < options.rounds(); round++) {
      progress.round("B4", round, options.rounds());
      figures.round();
    }
    return List.of(
        new Line(
            "B4",
            ours.name(),
            figures.ours(ours),
            figures.whole(limits),
            List.of(),
            new Bar.AtMost(0.5, Unit.MILLIS)));
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
