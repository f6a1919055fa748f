package dev.remuda.server;

import java.util.concurrent.TimeUnit;

/** Names what workers say on their control channels and nobody understands, now and then. */
final class Nonsense {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  /** A program that writes something else there may write it without end. */
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int SHOWN_CHARACTERS = 200;

  private long unsaid;
  private long saidAt = System.nanoTime() - PAUSE_NANOS;

  void add(WorkerProcess worker, String line) {
    long now = System.nanoTime();
    if (now - saidAt < PAUSE_NANOS) {
      unsaid++;
      return;
    }
    saidAt = now;
    String shown = line.length() > SHOWN_CHARACTERS ? line.substring(0, SHOWN_CHARACTERS) : line;
    LOG.log(
        System.Logger.Level.WARNING,
        "{0} says ''{1}'' while {2}, which means nothing{3}",
        worker.id(),
        shown,
        worker.state(),
        unsaid == 0 ? "" : "; so did " + unsaid + " more lines of workers");
    unsaid = 0;
  }
}
