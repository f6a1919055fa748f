package dev.remuda.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * B1: one call at a time. Unpinned it is bimodal, by a factor of five, with where the scheduler
 * puts the two processes; so everything runs once on one core and once on two. The limit, the peers
 * and the process that calls are started under {@code taskset}, and what they start inherits the
 * cores.
 */
final class RoundTripRow implements Row {
  private static final int SAMPLES = 4_000;
  private static final int WARM_UP = 20_000;
  private static final int PEER_SAMPLES = 2_000;

  /**
   * Where it runs.
   *
   * @param core where the process that answers is moved to, as a last argument; or none
   */
  private record Pinning(String name, List<String> prefix, List<String> core) {}

  /** One of the four ways, with its bar. */
  private record Way(String command, String text, Bar bar) {}

  private static final List<Way> WAYS =
      List.of(
          new Way(
              "chained",
              "(a) chained on the loop",
              new Bar.Both(new Bar.TimesLimit(1.25), new Bar.AheadOfPeers())),
          new Way("async", "(b) async from a thread", new Bar.TimesLimit(2)),
          new Way("sync", "(c) sync, platform thread", new Bar.TimesLimit(2.5)),
          new Way("virtual", "(d) sync, virtual thread", new Bar.TimesLimit(3)));

  @Override
  public List<Line> measure(BenchOptions options, Toolbox tools, Progress progress)
      throws IOException {
    var lines = new ArrayList<Line>();
    for (Pinning pinning : pinnings()) {
      lines.addAll(measure(options, tools, progress, pinning));
    }
    return lines;
  }

  private static List<Pinning> pinnings() {
    List<Integer> cores = Machine.here().cores();
    if (cores.isEmpty() || !Toolbox.onPath("taskset")) {
      return List.of(new Pinning("not pinned", List.of(), List.of()));
    }
    var all = new ArrayList<Pinning>();
    all.add(new Pinning("one core", on(cores.subList(0, 1)), List.of()));
    if (cores.size() > 1) {
      all.add(new Pinning("two cores", on(cores.subList(0, 2)), List.of()));
      all.add(new Pinning("apart", on(cores.subList(0, 1)), List.of(cores.get(1).toString())));
    }
    return all;
  }

  private static List<String> on(List<Integer> cores) {
    return List.of(
        "taskset", "-c", cores.stream().map(Object::toString).collect(Collectors.joining(",")));
  }

  private static List<Line> measure(
      BenchOptions options, Toolbox tools, Progress progress, Pinning pinning) throws IOException {
    try (var ours = ours(pinning);
        var raw = raw(pinning, tools.folder().resolve(pinning.name.replace(' ', '-')))) {
      progress.say("B1 " + pinning.name + ": warming up");
      for (Way way : WAYS) {
        ours.ask(way.command, options.samples(WARM_UP));
      }
      raw.ask(options.samples(WARM_UP));
      return measure(options, tools, progress, pinning, ours, raw);
    }
  }

  private static List<Line> measure(
      BenchOptions options,
      Toolbox tools,
      Progress progress,
      Pinning pinning,
      ChildJvm ours,
      ChildJvm raw)
      throws IOException {
    var figures = new Figures(progress);
    int samples = options.samples(SAMPLES);
    var limits = new ArrayList<Series>();
    String where = ", " + pinning.name;
    tools
        .limit()
        .ifPresent(command ->
            limits.add(
                figures.add(
                    "raw socketpair, C" + where, Unit.MICROS, source(pinning, command, samples))));
    limits.add(figures.add("raw socket, Java" + where, Unit.MICROS, () -> raw.ask(samples)));
    var series = new ArrayList<Series>();
    for (Way way : WAYS) {
      series.add(figures.add(way.text + where, Unit.MICROS, () -> ours.ask(way.command, samples)));
    }
    var peers = new ArrayList<Series>();
    for (Toolbox.Peer peer : tools.peers()) {
      peers.add(
          figures.add(
              peer.name() + where,
              Unit.MICROS,
              source(pinning, peer.command(), options.samples(PEER_SAMPLES))));
    }
    for (int round = 0; round < options.rounds(); round++) {
      progress.round("B1 " + pinning.name, round, options.rounds());
      figures.round();
    }
    return lines(figures, series, limits, peers);
  }

  private static ChildJvm ours(Pinning pinning) throws IOException {
    var arguments = new ArrayList<>(List.of("1", "1"));
    arguments.addAll(pinning.core);
    return new ChildJvm(pinning.prefix, Probe.class, arguments);
  }

  private static ChildJvm raw(Pinning pinning, Path socket) throws IOException {
    var arguments = new ArrayList<>(List.of(socket.toString()));
    if (!pinning.core.isEmpty()) {
      arguments.addAll(List.of("taskset", "-c", pinning.core.getFirst()));
    }
    return new ChildJvm(pinning.prefix, RawPair.class, arguments);
  }

  /** A program that takes the count, and the core to move its other process to. */
  private static Figures.Source source(Pinning pinning, List<String> command, int samples) {
    var arguments = new ArrayList<Object>(List.of("latency", samples));
    arguments.addAll(pinning.core);
    return () -> Toolbox.number(pinning.prefix, command, arguments.toArray());
  }

  private static List<Line> lines(
      Figures figures, List<Series> ours, List<Series> limits, List<Series> peers)
      throws IOException {
    var lines = new ArrayList<Line>();
    for (int i = 0; i < WAYS.size(); i++) {
      Series series = figures.ours(ours.get(i));
      lines.add(
          new Line(
              "B1",
              series.name(),
              series,
              figures.whole(limits),
              figures.whole(peers),
              WAYS.get(i).bar));
    }
    return lines;
  }
}
