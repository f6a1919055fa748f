package dev.remuda.context;

/** Times one stretch of a {@link TaskLog}, until it is closed; any thread may close it. */
public final class TaskTimer implements AutoCloseable {
  private static final long OPEN = -1;

  private final LogState log;
  private final String name;
  private final long from;
  private volatile long to = OPEN;

  TaskTimer(LogState log, String name, long from) {
    this.log = log;
    this.name = name;
    this.from = from;
  }

  /** Ends the time; closing twice is closing once. */
  @Override
  public void close() {
    if (to == OPEN) {
      to = Math.max(from, log.now());
    }
  }

  /** What it has measured, until {@code end} where it is still open. */
  TaskRecord.Span span(long end) {
    long closed = to;
    return new TaskRecord.Span(name, from, closed == OPEN ? Math.max(from, end) : closed);
  }
}
