package dev.remuda.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How the messages of one type are consumed. Immutable; each method gives a changed copy.
 *
 * @param parallel how many messages are handled at once, from 1 to 10,000
 * @param batch how many messages are claimed and completed in one transaction at the most, from 1
 *     to 1,000. Fewer are claimed where handlers are slow: no more than they handle in about 200
 *     ms. A process that dies has claimed messages handled again, those too whose handler had
 *     returned within the last 50 ms.
 * @param maxAttempts how often a message is tried before it is moved to the dead ones, from 1 on
 * @param firstBackoff how long a message waits at the least before it is tried again
 * @param maxBackoff how long a message waits at the most before it is tried again
 */
public record ConsumeOptions(
    int parallel, int batch, int maxAttempts, Duration firstBackoff, Duration maxBackoff) {
  private static final int MAX_PARALLEL = 10_000;
  private static final int MAX_BATCH = 1_000;
  private static final Duration SHORTEST_BACKOFF = Duration.ofMillis(1);
  private static final Duration LONGEST_BACKOFF = Duration.ofDays(365);

  /** One at a time, batches of 100, 20 attempts, waits from one second to one hour. */
  public static final ConsumeOptions DEFAULT =
      new ConsumeOptions(1, 100, 20, Duration.ofSeconds(1), Duration.ofHours(1));

  /**
   * Checks everything at once.
   *
   * @throws IllegalArgumentException naming all that cannot be
   */
  public ConsumeOptions {
    var problems = new ArrayList<String>();
    within("parallel", parallel, MAX_PARALLEL, problems);
    within("batch", batch, MAX_BATCH, problems);
    within("maxAttempts", maxAttempts, Integer.MAX_VALUE, problems);
    if (firstBackoff.compareTo(SHORTEST_BACKOFF) < 0) {
      problems.add("firstBackoff is at least 1 ms, not " + firstBackoff);
    }
    if (maxBackoff.compareTo(firstBackoff) < 0 || maxBackoff.compareTo(LONGEST_BACKOFF) > 0) {
      problems.add(
          "maxBackoff is from firstBackoff (" + firstBackoff + ") to 365 days, not " + maxBackoff);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /** How many messages are handled at once. */
  public ConsumeOptions parallel(int count) {
    return new ConsumeOptions(count, batch, maxAttempts, firstBackoff, maxBackoff);
  }

  /** How many messages are claimed and completed in one transaction at the most. */
  public ConsumeOptions batch(int count) {
    return new ConsumeOptions(parallel, count, maxAttempts, firstBackoff, maxBackoff);
  }

  /** How often a message is tried before it is moved to the dead ones. */
  public ConsumeOptions maxAttempts(int count) {
    return new ConsumeOptions(parallel, batch, count, firstBackoff, maxBackoff);
  }

  /**
   * Between which limits a message waits before it is tried again: a random time between the first
   * and three times its last wait (decorrelated jitter).
   */
  public ConsumeOptions backoff(Duration first, Duration longest) {
    return new ConsumeOptions(parallel, batch, maxAttempts, first, longest);
  }

  private static void within(String name, int value, int most, List<String> problems) {
    if (value < 1 || value > most) {
      problems.add(name + " is from 1 to " + most + ", not " + value);
    }
  }
}
