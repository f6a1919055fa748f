package dev.remuda.daemon;

import java.time.Duration;
import java.util.List;

/**
 * How long something took, as counts per bucket; a bucket is a quarter wider than its start at the
 * most. Immutable.
 *
 * @param count how many there were
 * @param total how long all took together
 * @param max the longest
 * @param buckets those that have any, shortest first
 */
public record DurationHistogram(long count, Duration total, Duration max, List<Bucket> buckets) {
  /** Copies the list. */
  public DurationHistogram {
    buckets = List.copyOf(buckets);
  }

  /**
   * A range of durations.
   *
   * @param upTo its end, which belongs to it
   * @param count how many fell into it
   */
  public record Bucket(Duration upTo, long count) {}

  /**
   * What a share of all did not exceed: at the most a quarter more than the exact value. Zero when
   * there were none.
   *
   * @param share from 0 to 1
   * @throws IllegalArgumentException when it is not
   */
  public Duration percentile(double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("the share " + share + " is not between 0 and 1");
    }
    long wanted = Math.max(1, (long) Math.ceil(share * count));
    long seen = 0;
    for (Bucket bucket : buckets) {
      seen += bucket.count();
      if (seen >= wanted) {
        return bucket.upTo().compareTo(max) < 0 ? bucket.upTo() : max;
      }
    }
    return max;
  }
}
