package dev.remuda.benchmarks;

import dev.remuda.queue.ConsumeOptions;
import dev.remuda.queue.Consumption;
import dev.remuda.queue.EnqueueOptions;
import dev.remuda.queue.MessageQueue;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One queue and its floor, on one table of a database; figures in nanoseconds. */
final class QueueMeasurement implements AutoCloseable {
  private static final String TYPE = "bench";
  private static final int DRAIN = 1_000;
  private static final long PATIENCE_SECONDS = 300;
  private static final long PAUSE_NANOS = 1_000_000;

  private final MessageQueue queue;
  private final QueueFloor floor;
  private final int pickUps;
  private double ours99;
  private double floor99;
  private double heldLast;

  QueueMeasurement(String url, String table, int pickUps) throws IOException {
    this.pickUps = pickUps;
    this.queue = MessageQueue.builder(url).table(table).open();
    try {
      this.floor = new QueueFloor(url, table);
      drain();
    } catch (SQLException e) {
      queue.close();
      throw failed("the database", e);
    }
  }

  /** A message's share of the time to handle so many. */
  double ours(int messages, int batch) throws IOException {
    double each = oursOfMore(messages, batch);
    try {
      drain();
    } catch (SQLException e) {
      throw failed("the database", e);
    }
    return each;
  }

  /** The same, with those that are there already behind it; as many are there again after it. */
  double oursOfMore(int messages, int batch) throws IOException {
    fill(messages);
    var done = new CountDownLatch(messages);
    long before = System.nanoTime();
    try (Consumption _ =
        queue.consume(TYPE, ConsumeOptions.DEFAULT.batch(batch), _ -> done.countDown())) {
      if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(done.getCount() + " messages were not handled in time");
      }
      return (System.nanoTime() - before) / (double) messages;
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  void fill(int messages) throws IOException {
    try {
      floor.fill(TYPE, messages);
    } catch (SQLException e) {
      throw failed("the database", e);
    }
  }

  private void drain() throws SQLException {
    int taken = 1;
    while (taken > 0) {
      taken = floor.take(TYPE, DRAIN);
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
      throw failed("plain JDBC", e);
    }
  }

  /** Three times as many one after the other while a transaction is held open; the first figure. */
  double held(int messages) throws IOException {
    double first;
    try (Connection held = floor.hold()) {
      first = ours(messages, 100);
      ours(messages, 100);
      heldLast = ours(messages, 100);
      held.rollback();
    } catch (SQLException e) {
      throw failed("the database", e);
    }
    try {
      floor.vacuum();
    } catch (SQLException e) {
      throw failed("the database", e);
    }
    return first;
  }

  double lastOfHeld() {
    return heldLast;
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
        settle();
      }
    } catch (SQLException e) {
      throw failed("the database", e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    ours99 = high(times);
    return Series.median(times);
  }

  /**
   * A pause until the message is gone: as the floor's delete is not in its time, ours must not be
   * in the next message's. The floor pauses too, since all is slower on a machine that comes from
   * rest.
   */
  private void settle() throws SQLException {
    do {
      LockSupport.parkNanos(PAUSE_NANOS);
    } while (!floor.isEmpty());
  }

  double pickUpFloor() throws IOException {
    double[] times = new double[pickUps];
    try {
      for (int i = 0; i < pickUps; i++) {
        long before = System.nanoTime();
        floor.fill(TYPE, 1);
        List<Long> claimed = floor.claim(TYPE, 1);
        times[i] = System.nanoTime() - before;
        floor.delete(claimed);
        settle();
      }
    } catch (SQLException e) {
      throw failed("plain JDBC", e);
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

  private static IOException failed(String what, SQLException e) {
    return new IOException(what + " failed: " + e.getMessage(), e);
  }

  private static IOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IOException("interrupted", e);
  }

  @Override
  public void close() throws IOException {
    try (floor) {
      queue.close();
    } catch (SQLException e) {
      throw failed("the database", e);
    }
  }
}
