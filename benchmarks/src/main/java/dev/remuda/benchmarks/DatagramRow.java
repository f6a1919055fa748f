package dev.remuda.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * B12: datagrams of 64 bytes from 36 sockets to a daemon in another process with the kernel's
 * default buffer: what is lost, and what the daemon costs.
 */
final class DatagramRow implements Row {
  private static final int MILLIS = 10_000;
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
      sender.send(EVERY_DAY, options.millis(2_000));
      sender.send(OFTEN, options.millis(2_000));
      var figures = new Figures(progress);
      Series often =
          figures.add(
              "lost of 25,000/s", Unit.PERCENT, () -> lost(receiver, sender, OFTEN, millis));
      Series veryOften =
          figures.add(
              "lost of 100,000/s", Unit.PERCENT, () -> lost(receiver, sender, VERY_OFTEN, millis));
      Series cpu =
          figures.add(
              "CPU of one core at 3,600/s", Unit.PERCENT, () -> cpu(receiver, sender, millis));
      for (int round = 0; round < options.rounds(); round++) {
        progress.round("B12", round, options.rounds());
        figures.round();
      }
      return List.of(
          line(figures, often, new Bar.AtMost(0, Unit.PERCENT)),
          line(figures, veryOften, new Bar.None()),
          line(figures, cpu, new Bar.AtMost(3, Unit.PERCENT)));
    }
  }

  private static Line line(Figures figures, Series series, Bar bar) throws IOException {
    return new Line("B12", series.name(), figures.ours(series), List.of(), List.of(), bar);
  }

  private static double lost(ChildJvm receiver, DatagramSender sender, int perSecond, int millis)
      throws IOException {
    double before = receiver.ask("received");
    double dropped = receiver.ask("drops");
    int sent = sender.send(perSecond, millis);
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

  private static double cpu(ChildJvm receiver, DatagramSender sender, int millis)
      throws IOException {
    double before = receiver.ask("cpu");
    long begin = System.nanoTime();
    sender.send(EVERY_DAY, millis);
    return (receiver.ask("cpu") - before) / (System.nanoTime() - begin) * PERCENT;
  }
}
