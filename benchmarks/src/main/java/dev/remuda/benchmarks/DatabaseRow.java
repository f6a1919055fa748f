package dev.remuda.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * B11: the durable queue with handlers that do nothing, against plain JDBC on the same table: the
 * time of a message in batches of 100 and one by one, and from the insert to the handler; with a
 * million more behind it, and on PostgreSQL with a transaction held open.
 */
final class DatabaseRow implements Row {
  private static final int MANY = 20_000;
  private static final int FEW = 1_000;
  private static final int BACKLOG = 1_000_000;
  private static final int PICK_UPS = 300;
  private static final int BATCH = 100;
  private static final int WARM_UP = 5;
  private static final int JOBS = 2_000;
  private static final String TABLE = "BenchQueue";
  private static final String DEEP_TABLE = "BenchDeepQueue";

  /** Ours takes at most so many times what the floor takes: 0.6 of its rate. */
  private static final Bar RATE = new Bar.TimesLimit(1 / 0.6);

  private static final Bar TWICE = new Bar.TimesLimit(2);
  private static final Bar FLAT = new Bar.TimesLimit(1.2);

  @Override
  public List<Line> measure(BenchOptions options, Toolbox tools, Progress progress)
      throws IOException {
    var lines = new ArrayList<Line>();
    Path folder = Files.createTempDirectory("remuda-bench-queue");
    try {
      lines.addAll(
          new OnEngine("SQLite", "jdbc:sqlite:" + folder.resolve("queue.db"), options, progress)
              .measure(List.of()));
    } finally {
      delete(folder);
    }
    if (options.postgres().isPresent()) {
      String url = options.postgres().get();
      lines.addAll(
          new OnEngine("PostgreSQL", url, options, progress)
              .measure(tools.graphile().orElse(List.of())));
    }
    return lines;
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /** The row on one database. */
  private static final class OnEngine {
    private final String name;
    private final String url;
    private final BenchOptions options;
    private final Progress progress;
    private final Figures figures;
    private final List<Line> lines = new ArrayList<>();
    private final int many;

    OnEngine(String name, String url, BenchOptions options, Progress progress) {
      this.name = name;
      this.url = url;
      this.options = options;
      this.progress = progress;
      this.figures = new Figures(progress);
      this.many = options.samples(MANY);
    }

    /** The lines; the peer is the command of graphile-worker, or empty. */
    List<Line> measure(List<String> peer) throws IOException {
      int backlog = options.samples(BACKLOG);
      try (var plain = new QueueMeasurement(url, TABLE, options.samples(PICK_UPS));
          var deep = new QueueMeasurement(url, DEEP_TABLE, 1)) {
        progress.say("B11 " + name + ": filling " + backlog + " messages in, warming up");
        deep.fill(backlog);
        for (int i = 0; i < (options.quick() ? 1 : WARM_UP); i++) {
          plain.ours(many, BATCH);
          plain.floor(many, BATCH);
          plain.pickUp();
        }
        List<Planned> planned = plan(plain, deep, peer);
        for (int round = 0; round < options.rounds(); round++) {
          progress.round("B11 " + name, round, options.rounds());
          figures.round();
        }
        for (Planned each : planned) {
          lines.add(
              new Line(
                  "B11",
                  each.ours.name(),
                  figures.ours(each.ours),
                  figures.whole(List.of(each.limit)),
                  figures.whole(each.peers),
                  each.bar));
        }
        return lines;
      }
    }

    private record Planned(Series ours, Series limit, List<Series> peers, Bar bar) {}

    private List<Planned> plan(QueueMeasurement plain, QueueMeasurement deep, List<String> peer) {
      int few = options.samples(FEW);
      Series big = add("one message, batch 100", () -> plain.ours(many, BATCH));
      Series bigFloor = add("plain JDBC, batch 100", () -> plain.floor(many, BATCH));
      Series one = add("one message, batch 1", () -> plain.ours(few, 1));
      Series oneFloor = add("plain JDBC, batch 1", () -> plain.floor(few, 1));
      Series behind =
          add("one message, batch 100, 1,000,000 behind", () -> deep.oursOfMore(many, BATCH));
      Series pickUp = add("insert to handler, p50", plain::pickUp);
      Series pickUpFloor = add("plain JDBC, insert to claim, p50", plain::pickUpFloor);
      Series slow = add("insert to handler, p99", plain::lastPickUp99);
      Series slowFloor = add("plain JDBC, insert to claim, p99", plain::lastFloor99);
      var planned = new ArrayList<Planned>();
      var rates = new ArrayList<Series>();
      var pickUps = new ArrayList<Series>();
      if (!peer.isEmpty()) {
        rates.add(add("graphile-worker, one job", () -> graphile(peer, "rate", JOBS)));
        pickUps.add(
            add(
                "graphile-worker, insert to handler, p50",
                () -> graphile(peer, "pickup", PICK_UPS)));
      }
      planned.add(new Planned(big, bigFloor, rates, RATE));
      planned.add(new Planned(one, oneFloor, List.of(), RATE));
      planned.add(new Planned(behind, big, List.of(), FLAT));
      planned.add(new Planned(pickUp, pickUpFloor, pickUps, TWICE));
      planned.add(new Planned(slow, slowFloor, List.of(), TWICE));
      if (url.startsWith("jdbc:postgresql:")) {
        Series held = add("one message, batch 100, transaction held open", () -> plain.held(many));
        Series later = add("the same, 40,000 messages later", plain::lastOfHeld);
        planned.add(new Planned(held, big, List.of(), TWICE));
        planned.add(new Planned(later, held, List.of(), FLAT));
      }
      return planned;
    }

    private Series add(String what, Figures.Source source) {
      return figures.add(name + ": " + what, Unit.MICROS, source);
    }

    private double graphile(List<String> peer, String what, int count) throws IOException {
      return Toolbox.number(
          List.of(), peer, what, options.samples(count), url.substring("jdbc:".length()));
    }
  }
}
