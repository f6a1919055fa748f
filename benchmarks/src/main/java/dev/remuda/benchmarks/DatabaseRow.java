package dev.remuda.benchmarks;

import dev.remuda.queue.ConsumeOptions;
import dev.remuda.queue.Consumption;
import dev.remuda.queue.EnqueueOptions;
import dev.remuda.queue.MessageQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;

/**
 * B11: the durable queue on SQLite with handlers that do nothing, against plain JDBC on the same
 * file: the time of a message in batches of 100 and one by one, and from the insert to the handler.
 */
final class DatabaseRow implements Row {
  private static final int MANY = 20_000;
  private static final int FEW = 1_000;
  private static final int BACKLOG = 100_000;
  private static final int PICK_UPS = 300;
  private static final long PATIENCE_SECONDS = 120;

  @Override
  public List<Line> measure(BenchOptions options, Toolbox tools, Progress progress)
      throws IOException {
    Path folder = Files.createTempDirectory("remuda-bench-queue");
    String url = "jdbc:sqlite:" + folder.resolve("queue.db");
    try (MessageQueue queue = MessageQueue.open(url);
        QueueFloor floor = new QueueFloor(url)) {
      return measure(options, progress, new Measurement(queue, floor, options.samples(PICK_UPS)));
    } catch (SQLException e) {
      throw new IOException("the database failed", e);
    } finally {
      delete(folder);
    }
  }

  private static List<Line> measure(
      BenchOptions options, Progress progress, Measurement measurement) throws IOException {
    int many = options.samples(MANY);
    int few = options.samples(FEW);
    int backlog = options.samples(BACKLOG);
    progress.say("B11: warming up");
    measurement.ours(many, 100, 0);
    measurement.floor(many, 100);
    var figures = new Figures(progress);
    Series big =
        figures.add("one message, batch 100", Unit.MICROS, () -> measurement.ours(many, 100, 0));
    Series bigFloor = figures.add("plain JDBC", Unit.MICROS, () -> measurement.floor(many, 100));
    Series one =
        figures.add("one message, batch 1", Unit.MICROS, () -> measurement.ours(few, 1, 0));
    Series oneFloor = figures.add("plain JDBC", Unit.MICROS, () -> measurement.floor(few, 1));
    Series behind =
        figures.add(
            "one message, batch 100, 100,000 behind it",
            Unit.MICROS,
            () -> measurement.ours(many, 100, backlog));
    Series pickUp = figures.add("insert to handler, p50", Unit.MICROS, measurement::pickUp);
    Series pickUpFloor = figures.add("plain JDBC", Unit.MICROS, measurement::pickUpFloor);
    Series slow = figures.add("insert to handler, p99", Unit.MICROS, measurement::lastPickUp99);
    Series slowFloor = figures.add("plain JDBC", Unit.MICROS, measurement::lastFloor99);
    for (int round = 0; round < options.rounds(); round++) {
      progress.round("B11", round, options.rounds());
      figures.round();
    }
    Bar rate = new Bar.TimesLimit(1 / 0.6);
    return List.of(
        line(figures, big, bigFloor, rate),
        line(figures, one, oneFloor, rate),
        line(figures, behind, big, new Bar.TimesLimit(1.2)),
        line(figures, pickUp, pickUpFloor, new Bar.TimesLimit(2)),
        line(figures, slow, slowFloor, new Bar.TimesLimit(2)));
  }

  private static Line line(Figures figures, Series ours, Series limit, Bar bar) throws IOException {
    return new Line(
        "B11", ours.name(), figures.ours(ours), figures.whole(List.of(limit)), List.of(), bar);
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /** One queue and its floor; figures in nanoseconds. */
  private static final class Measurement {
    private static final String TYPE = "bench";

    private final MessageQueue queue;
    private final QueueFloor floor;
    private final int pickUps;
    private double ours99;
    private double floor99;

    Measurement(MessageQueue queue, QueueFloor floor, int pickUps) {
      this.queue = queue;
      this.floor = floor;
      this.pickUps = pickUps;
    }

    /** A message's share of the time to handle so many, with more of them behind. */
    double ours(int messages, int batch, int behind) throws IOException {
      try {
        floor.fill(TYPE, messages + behind);
        var done = new CountDownLatch(messages);
        long before = System.nanoTime();
        try (Consumption _ =
            queue.consume(TYPE, ConsumeOptions.DEFAULT.batch(batch), _ -> done.countDown())) {
          if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException(done.getCount() + " messages were not handled in time");
          }
        }
        double each = (System.nanoTime() - before) / (double) messages;
        drain();
        return each;
      } catch (SQLException e) {
        throw new IOException("the queue failed", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }

    private void drain() throws SQLException {
      int taken = 1;
      while (taken > 0) {
        taken = floor.take(TYPE, 1_000);
      }
    }

    double floor(int messages, int batch) throws IOException {
      try {
        floor.fill(TYPE, messages);
        long before = System.nanoTime();
        for (int left = messages; left > 0; ) {
          left -= floor.take(TYPE, batch);
        }
        return (System.nanoTime() - before) / (double) messages;
      } catch (SQLException e) {
        throw new IOException("plain JDBC failed", e);
      }
    }

    double pickUp() throws IOException {
      var begun = new SynchronousQueue<Long>();
      double[] times = new double[pickUps];
      try (Consumption _ = queue.consume(TYPE, _ -> begun.put(System.nanoTime()))) {
        for (int i = 0; i < pickUps; i++) {
          long before = System.nanoTime();
          queue.enqueue(TYPE, "{}", EnqueueOptions.NONE);
          Long at = begun.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
          if (at == null) {
            throw new IOException("a message was not picked up");
          }
          times[i] = at - before;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      ours99 = high(times);
      return Series.median(times);
    }

    double pickUpFloor() throws IOException {
      double[] times = new double[pickUps];
      try {
        for (int i = 0; i < pickUps; i++) {
          long before = System.nanoTime();
          floor.insert(TYPE);
          floor.claim(TYPE, 1);
          times[i] = System.nanoTime() - before;
          floor.deleteClaimed();
        }
      } catch (SQLException e) {
        throw new IOException("plain JDBC failed", e);
      }
      floor99 = high(times);
      return Series.median(times);
    }

    private static double high(double[] times) {
      double[] sorted = times.clone();
      Arrays.sort(sorted);
      return sorted[Math.min(sorted.length - 1, (int) (sorted.length * 0.99))];
    }

    double lastPickUp99() {
      return ours99;
    }

    double lastFloor99() {
      return floor99;
    }
  }
}
