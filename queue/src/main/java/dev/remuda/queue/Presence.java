package dev.remuda.queue;

import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * This process among the consumers: its owner number, fresh at each start and after each time it
 * was taken for dead, and its heartbeat. Safe for every thread.
 */
final class Presence {
  private static final System.Logger LOG = System.getLogger(Presence.class.getName());
  private static final SecureRandom RANDOM = new SecureRandom();

  private final String name;
  private final String host;
  private final long staleNanos;
  private final LongConsumer onFenced;

  private volatile long owner;
  private volatile long lastBeat = System.nanoTime();
  private volatile String addresses = "";

  /**
   * @param onFenced told the owner that was taken for dead, before there is a new one
   */
  Presence(String name, String host, long staleNanos, LongConsumer onFenced) {
    this.name = name;
    this.host = host;
    this.staleNanos = staleNanos;
    this.onFenced = onFenced;
  }

  /** 0 before the first registration. */
  long owner() {
    return owner;
  }

  String host() {
    return host;
  }

  long sinceBeat() {
    return System.nanoTime() - lastBeat;
  }

  /** Whether others may take this process for dead. */
  boolean doubtful() {
    return sinceBeat() > staleNanos;
  }

  void addresses(String where) {
    addresses = where;
  }

  synchronized void register(Housekeeping housekeeping) throws SQLException {
    if (owner == 0) {
      enter(housekeeping);
    }
  }

  private void enter(Housekeeping housekeeping) throws SQLException {
    long fresh = RANDOM.nextLong(1, Long.MAX_VALUE);
    long before = System.nanoTime();
    housekeeping.register(new Housekeeping.ConsumerRow(fresh, name, host, addresses));
    owner = fresh;
    lastBeat = before;
  }

  /** Gives a heartbeat, and enters anew if it comes too late. */
  synchronized void beat(Housekeeping housekeeping, @Nullable String notify) throws SQLException {
    long before = System.nanoTime();
    if (owner == 0) {
      return;
    }
    if (housekeeping.beat(owner, notify)) {
      lastBeat = before;
      return;
    }
    LOG.log(
        Level.WARNING,
        "{0} was taken for dead, its last heartbeat was {1} ms ago; its messages are others'' now,"
            + " it goes on as a new consumer",
        name,
        sinceBeat() / 1_000_000);
    long gone = owner;
    onFenced.accept(gone);
    enter(housekeeping);
  }

  synchronized void leave(Housekeeping housekeeping) throws SQLException {
    if (owner != 0) {
      housekeeping.leave(owner);
      owner = 0;
    }
  }
}
