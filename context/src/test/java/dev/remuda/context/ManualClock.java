package dev.remuda.context;

import java.util.concurrent.TimeUnit;

/** A log's clocks, set by hand. */
final class ManualClock implements LogClock {
  private final long epochMicros;
  private long nanos = 1_000_000_000_000L;

  ManualClock(long epochMicros) {
    this.epochMicros = epochMicros;
  }

  void pass(long micros) {
    nanos += TimeUnit.MICROSECONDS.toNanos(micros);
  }

  @Override
  public long epochMicros() {
    return epochMicros;
  }

  @Override
  public long nanoTime() {
    return nanos;
  }
}
