package dev.remuda.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Standard error that keeps nobody waiting: a thread of its own writes what comes. Where nobody
 * reads that, such as in a terminal that was stopped, signals are obeyed and workers looked after
 * all the same.
 */
final class QueuedStderr extends OutputStream {
  private static final int MOST_WAITING = 1_000;

  /** How long whoever reads may take for the last of it. */
  private static final long LAST_WORDS_MILLIS = 1_000;

  private final PrintStream direct = System.err;
  private final BlockingQueue<byte[]> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final AtomicLong lost = new AtomicLong();
  private final Thread writer;

  private QueuedStderr() {
    writer = Thread.ofPlatform().name("remuda-stderr").daemon().start(this::writeAll);
  }

  /** Takes the place of {@link System#err} until it is closed. */
  static QueuedStderr install() {
    var queued = new QueuedStderr();
    System.setErr(new PrintStream(queued, true, StandardCharsets.UTF_8));
    return queued;
  }

  /** The one behind it, which may keep waiting whoever writes to it. */
  PrintStream direct() {
    return direct;
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) {
    if (!waiting.offer(Arrays.copyOfRange(bytes, from, from + length))) {
      lost.incrementAndGet();
    }
  }

  private void writeAll() {
    try {
      while (true) {
        pass(waiting.take());
      }
    } catch (InterruptedException e) {
      for (byte[] last = waiting.poll(); last != null; last = waiting.poll()) {
        pass(last);
      }
    }
  }

  private void pass(byte[] piece) {
    direct.write(piece, 0, piece.length);
    long count = lost.getAndSet(0);
    if (count > 0) {
      direct.println("remuda: warning: " + count + " messages are lost: nobody read them");
    }
  }

  @Override
  public void close() {
    System.setErr(direct);
    writer.interrupt();
    try {
      writer.join(LAST_WORDS_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
