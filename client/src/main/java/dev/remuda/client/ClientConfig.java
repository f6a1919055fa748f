package dev.remuda.client;

import dev.remuda.protocol.Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What a client was built with.
 *
 * @param greets whether the server is known to understand a greeting before it has announced itself
 * @param timeout how long a call may take, its wait for a worker included; zero for ever
 * @param callbacks where futures complete; null for the client's own loop
 */
record ClientConfig(
    Address address,
    String name,
    int minWorkers,
    int maxWorkers,
    Duration timeout,
    Duration idleTimeout,
    boolean greets,
    @Nullable Executor callbacks,
    SupervisorLink supervisor) {
  /** Longer ones are meant to be none at all, and clocks of 64 bits cannot count them. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  ClientConfig {
    var problems = new ArrayList<String>();
    if (maxWorkers < 1) {
      problems.add("maxWorkers is at least 1, not " + maxWorkers);
    }
    if (minWorkers < 0) {
      problems.add("minWorkers is at least 0, not " + minWorkers);
    }
    if (timeout.isNegative()) {
      problems.add("timeout is positive, or zero for none, not " + timeout);
    }
    if (idleTimeout.isNegative() || idleTimeout.isZero()) {
      problems.add("idleTimeout is positive, not " + idleTimeout);
    }
    if (timeout.compareTo(LONGEST) > 0) {
      problems.add("timeout is at most " + LONGEST + ", or zero for none, not " + timeout);
    }
    if (idleTimeout.compareTo(LONGEST) > 0) {
      problems.add("idleTimeout is at most " + LONGEST + ", not " + idleTimeout);
    }
    refuse(problems);
    minWorkers = Math.min(minWorkers, maxWorkers);
  }

  private static void refuse(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }
}
