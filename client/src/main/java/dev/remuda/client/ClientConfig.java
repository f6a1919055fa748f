package dev.remuda.client;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.Failure;
import dev.remuda.protocol.TlsContext;
import dev.remuda.protocol.TlsFiles;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What a client was built with.
 *
 * @param options what checkouts are subject to; without any limit the default timeout
 * @param greets whether the server is known to understand a greeting before it has announced itself
 * @param callbacks where futures complete; null for the client's own loop
 * @param autopsyTimeout how long the supervisor may take to say how a worker ended
 * @param maxQueue how many checkouts may wait
 * @param tls what connections to tls: addresses go by; null where there are none
 * @param maxCheckouts after how many a connection is replaced; 0 for never
 */
record ClientConfig(
    List<Address> addresses,
    String name,
    int minWorkers,
    int maxWorkers,
    CheckoutOptions options,
    Duration idleTimeout,
    boolean greets,
    @Nullable Executor callbacks,
    SupervisorLink supervisor,
    Duration autopsyTimeout,
    int maxQueue,
    QueuePolicy queuePolicy,
    int maxCheckouts,
    PoisonRule poison,
    @Nullable PoolListener listener,
    @Nullable TlsFiles tls) {
  private static final int MAX_NAME = 200;
  private static final Duration LONGEST_AUTOPSY = Duration.ofMinutes(1);
  private static final Terms DEFAULT_TERMS =
      new Terms(TaskClient.DEFAULT_TIMEOUT.toNanos(), 0, 0, false);

  ClientConfig {
    var problems = new ArrayList<String>();
    if (addresses.isEmpty()) {
      problems.add("connect(ADDRESS) is missing");
    }
    if (new HashSet<>(addresses).size() < addresses.size()) {
      problems.add("an address is given twice: " + addresses);
    }
    atLeast(1, "maxWorkers", maxWorkers, problems);
    atLeast(0, "minWorkers", minWorkers, problems);
    atLeast(0, "maxQueue", maxQueue, problems);
    atLeast(0, "maxCheckouts", maxCheckouts, problems);
    if (!name.equals(Failure.wellFormed(name)) || name.length() > MAX_NAME) {
      problems.add(
          "name is a text of at most " + MAX_NAME + " characters without unpaired surrogates");
    }
    problems.addAll(options.problems());
    if (idleTimeout.isNegative() || idleTimeout.isZero()) {
      problems.add("idleTimeout is positive, not " + idleTimeout);
    }
    if (idleTimeout.compareTo(CheckoutOptions.LONGEST) > 0) {
      problems.add("idleTimeout is at most " + CheckoutOptions.LONGEST + ", not " + idleTimeout);
    }
    if (autopsyTimeout.isNegative()
        || autopsyTimeout.isZero()
        || autopsyTimeout.compareTo(LONGEST_AUTOPSY) > 0) {
      problems.add("autopsyTimeout is positive, up to 1 minute, not " + autopsyTimeout);
    }
    problems.addAll(poison.problems());
    requireTls(addresses, tls, problems);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    addresses = List.copyOf(addresses);
    minWorkers = Math.min(minWorkers, maxWorkers);
  }

  private static void requireTls(
      List<Address> addresses, @Nullable TlsFiles tls, List<String> problems) {
    List<Address> where = addresses.stream().filter(Address.Tls.class::isInstance).toList();
    if (tls == null) {
      if (!where.isEmpty()) {
        problems.add(where + " needs tls(CERTIFICATE, KEY, AUTHORITIES)");
      }
      return;
    }
    if (where.isEmpty()) {
      problems.add("tls(" + tls + ") is for tls: addresses, and there is none in " + addresses);
    }
    try {
      TlsContext.check(tls, TlsContext.Side.CLIENT);
    } catch (IOException e) {
      problems.add(String.valueOf(e.getMessage()));
    }
  }

  /** What connections go by, of the files as they are now; null where there is no TLS. */
  @Nullable TlsContext tlsContext() {
    try {
      return tls == null ? null : TlsContext.of(tls, TlsContext.Side.CLIENT);
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** What checkouts are subject to that ask for nothing else. */
  Terms terms() {
    return Terms.of(options, DEFAULT_TERMS);
  }

  private static void atLeast(int least, String name, int value, List<String> problems) {
    if (value < least) {
      problems.add(name + " is at least " + least + ", not " + value);
    }
  }
}
