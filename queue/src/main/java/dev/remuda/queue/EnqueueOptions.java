package dev.remuda.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a message wants otherwise than being handled soon. Immutable; each method gives a copy. */
public final class EnqueueOptions {
  /** Nothing otherwise. */
  public static final EnqueueOptions NONE = new EnqueueOptions(null, null, null, null);

  /** Keys longer than this many characters are refused. */
  public static final int MAX_KEY = 200;

  private static final Duration LONGEST_DELAY = Duration.ofDays(36_500);

  private final @Nullable Instant runAt;
  private final @Nullable Duration delay;
  private final @Nullable String uniqueKey;
  private final @Nullable String orderKey;

  private EnqueueOptions(
      @Nullable Instant runAt,
      @Nullable Duration delay,
      @Nullable String uniqueKey,
      @Nullable String orderKey) {
    this.runAt = runAt;
    this.delay = delay;
    this.uniqueKey = uniqueKey;
    this.orderKey = orderKey;
  }

  /** Not before this time, by the database's clock. */
  public EnqueueOptions runAt(Instant time) {
    return new EnqueueOptions(time, delay, uniqueKey, orderKey);
  }

  /** Not before so long after the insert, by the database's clock; zero to 100 years. */
  public EnqueueOptions delay(Duration wait) {
    return new EnqueueOptions(runAt, wait, uniqueKey, orderKey);
  }

  /**
   * Inserts nothing while a message of the same type with the same key is in the queue, waiting or
   * being handled.
   */
  public EnqueueOptions uniqueKey(String key) {
    return new EnqueueOptions(runAt, delay, key, orderKey);
  }

  /**
   * Messages of one type with the same key are handled strictly in the order of their inserts, one
   * at a time; one that is tried again holds up those behind it, a dead one does not.
   */
  public EnqueueOptions orderKey(String key) {
    return new EnqueueOptions(runAt, delay, uniqueKey, key);
  }

  @Nullable String uniqueKey() {
    return uniqueKey;
  }

  @Nullable String orderKey() {
    return orderKey;
  }

  /** Milliseconds since 1970; 0 where none is given. */
  long runAtMillis() {
    if (runAt == null) {
      return 0;
    }
    return runAt.isAfter(Instant.EPOCH) ? Math.max(1, runAt.toEpochMilli()) : 1;
  }

  long delayMillis() {
    return delay == null ? 0 : delay.toMillis();
  }

  /** All that cannot be, each with its value. */
  List<String> problems() {
    var problems = new ArrayList<String>();
    if (runAt != null && delay != null) {
      problems.add("runAt " + runAt + " and delay " + delay + " exclude each other");
    }
    if (runAt != null && !runAt.isBefore(Instant.now().plus(LONGEST_DELAY))) {
      problems.add("runAt is within 100 years, not " + runAt);
    }
    if (delay != null && (delay.isNegative() || delay.compareTo(LONGEST_DELAY) > 0)) {
      problems.add("delay is from zero to 100 years, not " + delay);
    }
    Texts.key("uniqueKey", uniqueKey, problems);
    Texts.key("orderKey", orderKey, problems);
    return problems;
  }
}
