package dev.remuda.queue;

import java.util.concurrent.ThreadLocalRandom;

/** How long to wait before the next attempt: decorrelated jitter. */
final class Backoff {
  private Backoff() {}

  /**
   * @param last the wait before, 0 for none; all in milliseconds
   */
  static long next(long first, long longest, long last) {
    long most = Math.min(longest, Math.max(first, last) * 3);
    return most <= first ? first : ThreadLocalRandom.current().nextLong(first, most + 1);
  }
}
