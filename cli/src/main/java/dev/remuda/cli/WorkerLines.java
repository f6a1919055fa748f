package dev.remuda.cli;

import dev.remuda.server.WorkerOutput;
import java.io.PrintStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What workers print, tagged with who did, on a thread of its own: a terminal that was stopped must
 * not stop the supervisor.
 */
final class WorkerLines implements WorkerOutput, AutoCloseable {
  private static final int WAITING_LINES = 10_000;

  private final BlockingQueue<String> waiting = new ArrayBlockingQueue<>(WAITING_LINES);
  private final AtomicLong dropped = new AtomicLong();
  private final PrintStream to;
  private final Thread printer;

  WorkerLines(PrintStream to) {
    this.to = to;
    this.printer = Thread.ofPlatform().name("remuda-lines").daemon().start(this::print);
  }

  @Override
  public void line(String workerId, Stream stream, String line) {
    String tag = Terminal.STDERR.dim("[" + workerId + "]");
    if (!waiting.offer(tag + " " + line)) {
      dropped.incrementAndGet();
    }
  }

  private void print() {
    try {
      while (true) {
        to.println(waiting.take());
        long lost = dropped.getAndSet(0);
        if (lost > 0) {
          to.println("remuda: warning: " + lost + " lines of workers are lost: nobody read them");
        }
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  @Override
  public void close() {
    printer.interrupt();
  }
}
