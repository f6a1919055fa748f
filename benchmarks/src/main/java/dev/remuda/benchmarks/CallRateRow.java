package dev.remuda.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * B2: checkout, call and release, 4 workers, 100 in flight; not pinned. The raw limit is one C
 * process with 4 echoes and one message in flight each.
 */
final class CallRateRow implements Row {
  private static final int WORKERS = 4;
  private static final int IN_FLIGHT = 100;
  private static final int MILLIS = 1_000;
  private static final int WARM_UP_MILLIS = 2_000;
  private static final Bar BAR =
      new Bar.Both(new Bar.RateOf(80_000), new Bar.TimesPeer(3, Bench.ANYEVENT_TASK));

  @Override
  public List<Line> measure(BenchOptions options, Toolbox tools, Progress progress)
      throws IOException {
    try (var ours =
        new ChildJvm(
            List.of(),
            Probe.class,
            List.of(Integer.toString(WORKERS), Integer.toString(IN_FLIGHT)))) {
      progress.say("B2: warming up");
      ours.ask("rate-chained", options.millis(WARM_UP_MILLIS));
      ours.ask("rate-thread", options.millis(WARM_UP_MILLIS));
      return measure(options, tools, progress, ours);
    }
  }

  private static List<Line> measure(
      BenchOptions options, Toolbox tools, Progress progress, ChildJvm ours) throws IOException {
    var figures = new Figures(progress);
    int millis = options.millis(MILLIS);
    var limits = new ArrayList<Series>();
    tools
        .limit()
        .ifPresent(command ->
            limits.add(
                figures.add(
                    "raw, 4 socketpairs, C",
                    Unit.PER_SECOND,
                    () -> Toolbox.number(List.of(), command, "rate", WORKERS, millis))));
    Series chained =
        figures.add(
            "checkout + call + release, 4 workers, 100 in flight, from callbacks",
            Unit.PER_SECOND,
            () -> ours.ask("rate-chained", millis));
    Series thread =
        figures.add(
            "the same, from another thread",
            Unit.PER_SECOND,
            () -> ours.ask("rate-thread", millis));
    var peers = new ArrayList<Series>();
    for (Toolbox.Peer peer : tools.peers()) {
      peers.add(
          figures.add(
              peer.name(),
              Unit.PER_SECOND,
              () -> Toolbox.number(List.of(), peer.command(), "rate", WORKERS, IN_FLIGHT, millis)));
    }
    for (int round = 0; round < options.rounds(); round++) {
      progress.round("B2", round, options.rounds());
      figures.round();
    }
    return List.of(line(figures, chained, limits, peers), line(figures, thread, limits, peers));
  }

  private static Line line(Figures figures, Series ours, List<Series> limits, List<Series> peers)
      throws IOException {
    return new Line(
        "B2", ours.name(), figures.ours(ours), figures.whole(limits), figures.whole(peers), BAR);
  }
}
