package dev.remuda.queue;

/** How many messages a consumer better holds: what its handlers do in a short time. */
final class Appetite {
  private static final long AHEAD_NANOS = 200_000_000;
  private static final double WEIGHT = 0.1;

  private final ConsumeOptions options;
  private volatile double averageNanos = -1;

  Appetite(ConsumeOptions options) {
    this.options = options;
  }

  /** Notes a handler's time. Two that come together may lose one of them: it is an estimate. */
  void handled(long nanos) {
    double average = averageNanos;
    averageNanos = average < 0 ? nanos : average + WEIGHT * (nanos - average);
  }

  /** From one message for each handler to a batch beyond them. */
  int size() {
    double average = averageNanos;
    if (average < 0) {
      return options.parallel();
    }
    double fit = options.parallel() * (AHEAD_NANOS / Math.max(1, average));
    return (int) Math.max(options.parallel(), Math.min(options.batch(), fit));
  }
}
