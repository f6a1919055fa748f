package dev.remuda.benchmarks;

import dev.remuda.client.Checkout;
import dev.remuda.client.TaskClient;
import dev.remuda.client.TypedClient;
import dev.remuda.server.TaskServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * B4: from the checkout to the first reply of a standby worker that has never served, by a client
 * that has others. That the supervisor starts the replacement meanwhile is part of it.
 */
final class StandbyRow implements Row {
  private static final String NAME = "standby worker: checkout, connect, first reply";
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

  /**
   * One client for all, as a program has; it keeps the workers it has had, so that each sample
   * needs one more. Its first is not counted.
   */
  private static double p50(TaskServer server, Servers servers, int count) throws IOException {
    double[] samples = new double[count];
    var kept = new ArrayList<Checkout<EchoService>>();
    try (TaskClient client =
        TaskClient.builder()
            .connect(servers.socket())
            .greet()
            .minWorkers(0)
            .maxWorkers(count + 1)
            .build()) {
      TypedClient<EchoService> echo = client.of(EchoService.class);
      for (int i = -1; i < count; i++) {
        Servers.awaitOneOnStandby(server);
        Servers.settle(SETTLE_MILLIS);
        double took = firstReply(echo, kept);
        if (i >= 0) {
          samples[i] = took;
        }
      }
      kept.forEach(Checkout::close);
    }
    return Series.median(samples);
  }

  private static double firstReply(
      TypedClient<EchoService> echo, List<Checkout<EchoService>> kept) {
    long begin = System.nanoTime();
    Checkout<EchoService> checkout = echo.checkout();
    kept.add(checkout);
    return checkout
        .async(e -> e.echo(RoundTrips.TEXT))
        .thenApply(text -> System.nanoTime() - begin)
        .join();
  }
}
