package dev.remuda.client;

import dev.remuda.context.TaskLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one checkout, or the calls of one view of a client, want otherwise than the client was
 * built. Immutable; each method gives a changed copy. Limits that are given replace all of the
 * client's limits, and those that are not given are then none.
 */
public final class CheckoutOptions {
  /** Nothing otherwise. */
  public static final CheckoutOptions NONE = new CheckoutOptions(null, null, null, null, null);

  /** Longer ones are meant to be none at all, and clocks of 64 bits cannot count them. */
  static final Duration LONGEST = Duration.ofDays(36_500);

  private final @Nullable Duration timeout;
  private final @Nullable Duration queueTimeout;
  private final @Nullable Duration callTimeout;
  private final @Nullable Boolean keepAfterError;
  private final @Nullable TaskLog log;

  private CheckoutOptions(
      @Nullable Duration timeout,
      @Nullable Duration queueTimeout,
      @Nullable Duration callTimeout,
      @Nullable Boolean keepAfterError,
      @Nullable TaskLog log) {
    this.timeout = timeout;
    this.queueTimeout = queueTimeout;
    this.callTimeout = callTimeout;
    this.keepAfterError = keepAfterError;
    this.log = log;
  }

  /** How long a call may take, its wait for a worker included; zero for ever. */
  public CheckoutOptions timeout(Duration limit) {
    return new CheckoutOptions(limit, queueTimeout, callTimeout, keepAfterError, log);
  }

  /** How long a call may wait for a worker; zero for ever. */
  public CheckoutOptions queueTimeout(Duration limit) {
    return new CheckoutOptions(timeout, limit, callTimeout, keepAfterError, log);
  }

  /** How long a call may run once a worker has it; zero for ever. */
  public CheckoutOptions callTimeout(Duration limit) {
    return new CheckoutOptions(timeout, queueTimeout, limit, keepAfterError, log);
  }

  /** Whether the worker is kept for others though a call on it failed. */
  public CheckoutOptions keepAfterError(boolean keep) {
    return new CheckoutOptions(timeout, queueTimeout, callTimeout, keep, log);
  }

  /**
   * Where calls report to: each adds a timer named after its method, what its worker logged
   * meanwhile, and why it failed. The log is written when its owner has closed it and all of these
   * calls have ended. Without one they report to the {@linkplain TaskLog#current() current} log, if
   * there is one where they are made.
   */
  public CheckoutOptions log(TaskLog to) {
    return new CheckoutOptions(timeout, queueTimeout, callTimeout, keepAfterError, to);
  }

  @Nullable TaskLog log() {
    return log;
  }

  @Nullable Duration timeout() {
    return timeout;
  }

  @Nullable Duration queueTimeout() {
    return queueTimeout;
  }

  @Nullable Duration callTimeout() {
    return callTimeout;
  }

  @Nullable Boolean keepAfterError() {
    return keepAfterError;
  }

  boolean hasLimits() {
    return timeout != null || queueTimeout != null || callTimeout != null;
  }

  /** All that cannot be, each with its value; none if all can. */
  List<String> problems() {
    var problems = new ArrayList<String>();
    limit("timeout", timeout, problems);
    limit("queueTimeout", queueTimeout, problems);
    limit("callTimeout", callTimeout, problems);
    if (problems.isEmpty()) {
      within("queueTimeout", queueTimeout, problems);
      within("callTimeout", callTimeout, problems);
    }
    return problems;
  }

  private static void limit(String name, @Nullable Duration limit, List<String> problems) {
    if (limit != null && limit.isNegative()) {
      problems.add(name + " is positive, or zero for none, not " + limit);
    }
    if (limit != null && limit.compareTo(LONGEST) > 0) {
      problems.add(name + " is at most " + LONGEST + ", or zero for none, not " + limit);
    }
  }

  private void within(String name, @Nullable Duration part, List<String> problems) {
    if (part != null && timeout != null && !timeout.isZero() && part.compareTo(timeout) > 0) {
      problems.add(
          name + " of " + part + " can never be reached, since timeout is " + timeout + " in all");
    }
  }

  /**
   * Refuses what cannot be.
   *
   * @throws IllegalArgumentException naming all of it
   */
  CheckoutOptions checked() {
    List<String> problems = problems();
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    return this;
  }
}
