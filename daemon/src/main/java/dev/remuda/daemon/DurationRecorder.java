package dev.remuda.daemon;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts durations into buckets, without a lock: a power of two each has four of the same width.
 */
final class DurationRecorder {
  private static final int PARTS_BITS = 2;
  private static final int PARTS = 1 << PARTS_BITS;
  private static final int BUCKETS = 64 * PARTS;

  private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);
  private final AtomicLong total = new AtomicLong();
  private final AtomicLong max = new AtomicLong();

  void record(long nanos) {
    long value = Math.max(0, nanos);
    counts.incrementAndGet(bucket(value));
    total.addAndGet(value);
    max.accumulateAndGet(value, Math::max);
  }

  DurationHistogram histogram() {
    var buckets = new ArrayList<DurationHistogram.Bucket>();
    long count = 0;
    for (int i = 0; i < BUCKETS; i++) {
      long here = counts.get(i);
      if (here > 0) {
        count += here;
        buckets.add(new DurationHistogram.Bucket(Duration.ofNanos(upTo(i)), here));
      }
    }
    return new DurationHistogram(
        count, Duration.ofNanos(total.get()), Duration.ofNanos(max.get()), buckets);
  }

  private static int bucket(long nanos) {
    if (nanos < PARTS) {
      return (int) nanos;
    }
    int shift = 63 - Long.numberOfLeadingZeros(nanos) - PARTS_BITS;
    return (shift + 1) * PARTS + (int) (nanos >>> shift) - PARTS;
  }

  private static long upTo(int bucket) {
    if (bucket < PARTS) {
      return bucket;
    }
    int shift = bucket / PARTS - 1;
    return ((long) (bucket % PARTS + PARTS + 1) << shift) - 1;
  }
}
