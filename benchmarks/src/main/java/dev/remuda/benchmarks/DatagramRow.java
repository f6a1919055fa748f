package dev.remuda.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * B12: datagrams of 64 bytes from 36 sockets to a daemon in another process with the kernel's
 * default buffer: what is lost, and what the daemon costs.
 */
final class DatagramRow implements Row {
  private static final int MILLIS = 10_000;
  private static final int WARM_UP_MILLIS = 2_000;
  private static final int OFTEN = 25_000;
  private static final int VERY_OFTEN = 100_000;
  private static final int EVERY_DAY = 3_600;
  private static final double PERCENT = 100;
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int LOOKS = 50;

  @Override
  public List<Line> measure(BenchOptions options, Toolbox tools, Progress progress)
      throws IOException {
    int millis = options.millis(MILLIS);
    try (var receiver = new ChildJvm(List.of(), DatagramProbe.class, List.of());
        var sender = new DatagramSender((int) receiver.ask("port"))) {
      progress.say("B12: warming up");
      sender.send(EVERY_DAY, options.millis(WARM_UP_MILLIS));
      sender.send(OFTEN, options.millis(WARM_UP_MILLIS));
      var load = new Load(receiver, sender, millis, !options.quick());
      var figures = new Figures(progress);
      Series often = figures.add("lost of 25,000/s", Unit.PERCENT, () -> load.lost(OFTEN));
      Series veryOften =
          figures.add("lost of 100,000/s", Unit.PERCENT, () -> load.lost(VERY_OFTEN));
      Series cpu =
          figures.add("CPU of one core at 3,600/s", Unit.PERCENT, () -> load.cpu(EVERY_DAY));
      for (int round = 0; round < options.rounds(); round++) {
        progress.round("B12", round, options.rounds());
        figures.round();
      }
      Map<Series, Bar> bars = new LinkedHashMap<>();
      bars.put(often, new Bar.AtMost(0, Unit.PERCENT));
      bars.put(veryOften, new Bar.None());
      bars.put(cpu, new Bar.AtMost(3, Unit.PERCENT));
      return lines(bars, figures);
    }
  }

  /** A machine that cannot send so many may still send fewer. */
  private static List<Line> lines(Map<Series, Bar> bars, Figures figures) throws IOException {
    var lines = new ArrayList<Line>();
    for (Series series : figures.whole(List.copyOf(bars.keySet()))) {
      Bar bar = Objects.requireNonNull(bars.get(series));
      lines.add(new Line("B12", series.name(), series, List.of(), List.of(), bar));
    }
    if (lines.isEmpty()) {
      throw new IOException("nothing could be measured");
    }
    return lines;
  }

  /**
   * Datagrams for some time.
   *
   * @param strict whether a figure counts only when they could be sent at the rate
   */
  private record Load(ChildJvm receiver, DatagramSender sender, int millis, boolean strict) {
    /** Per cent that did not arrive, all of which the kernel must have told of. */
    double lost(int perSecond) throws IOException {
      double before = receiver.ask("received");
      double dropped = receiver.ask("drops");
      int sent = send(perSecond);
      double received = receiver.ask("received") - before;
      for (int i = 0; i < LOOKS && received < sent; i++) {
        LockSupport.parkNanos(LOOK_NANOS);
        received = receiver.ask("received") - before;
      }
      double told = receiver.ask("drops") - dropped;
      if (told != sent - received) {
        throw new IOException(
            "%.0f of %d are missing, but the kernel tells of %.0f"
                .formatted(sent - received, sent, told));
      }
      return told / sent * PERCENT;
    }

    /** Per cent of one core that the receiver takes. */
    double cpu(int perSecond) throws IOException {
      double before = receiver.ask("cpu");
      long begin = System.nanoTime();
      send(perSecond);
      return (receiver.ask("cpu") - before) / (System.nanoTime() - begin) * PERCENT;
    }

    private int send(int perSecond) throws IOException {
      DatagramSender.Sent sent = sender.send(perSecond, millis);
      return (strict ? sent.nearly(perSecond) : sent).count();
    }
  }
}
