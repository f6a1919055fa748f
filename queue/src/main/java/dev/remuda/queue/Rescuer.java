package dev.remuda.queue;

import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Releases the messages of consumers that are dead. The database's clock says how old a heartbeat
 * is, but a clock may jump: so only one that has not changed for the time of two heartbeats, by
 * this process's own steady clock, is taken for the last. And nobody could give one while the
 * database was away, or everybody was stopped: so it is looked at twice, the second time when it
 * was planned. Owned by the keeper's thread.
 */
final class Rescuer {
  private static final System.Logger LOG = System.getLogger(Rescuer.class.getName());
  private static final Duration MARGIN = Duration.ofMillis(50);

  /** Longer than a consumer takes to reach a database that has come back. */
  private static final Duration CONFIRM = Duration.ofSeconds(2);

  private final Housekeeping housekeeping;
  private final Presence presence;
  private final Duration heartbeat;
  private final Duration staleAfter;
  private final Runnable onRescue;
  private final Duration confirm;
  private Map<Long, Sight> sights = Map.of();
  private long planned = System.nanoTime();
  private long rescued;

  /**
   * What was seen of a consumer.
   *
   * @param nanos since when its heartbeat is the same
   * @param suspect whether it was too old already
   */
  private record Sight(long heartbeat, long nanos, boolean suspect) {}

  Rescuer(
      Housekeeping housekeeping,
      Presence presence,
      Duration heartbeat,
      Duration staleAfter,
      Runnable onRescue) {
    this.housekeeping = housekeeping;
    this.presence = presence;
    this.heartbeat = heartbeat;
    this.staleAfter = staleAfter;
    this.onRescue = onRescue;
    this.confirm = heartbeat.compareTo(CONFIRM) < 0 ? heartbeat : CONFIRM;
  }

  /** Looks after those that have messages, and says when to look again. */
  Duration look() throws SQLException {
    Map<Long, Sight> before = sights;
    // A look that fails is none, and what was seen before it says nothing any more.
    sights = Map.of();
    List<Housekeeping.Busy> busy = housekeeping.busyOthers(presence.owner());
    boolean onTime = System.nanoTime() - planned < heartbeat.toNanos();
    var seen = new HashMap<Long, Sight>();
    Duration next = Chore.NEVER;
    for (Housekeeping.Busy other : busy) {
      Duration wait = look(other, before.get(other.id()), onTime, seen);
      next = wait.compareTo(next) < 0 ? wait : next;
    }
    sights = seen;
    count(housekeeping.rescueOrphans("its consumer had left without it"), "that had left");
    planned = System.nanoTime() + next.toNanos();
    return next;
  }

  private Duration look(
      Housekeeping.Busy other, @Nullable Sight known, boolean onTime, Map<Long, Sight> seen)
      throws SQLException {
    long now = System.nanoTime();
    Sight sight =
        known != null && known.heartbeat() == other.heartbeat()
            ? known
            : new Sight(other.heartbeat(), now, false);
    Duration untilStale = staleAfter.minusMillis(other.silent());
    Duration untilSure = heartbeat.multipliedBy(2).minusNanos(now - sight.nanos());
    Duration wait = untilStale.compareTo(untilSure) > 0 ? untilStale : untilSure;
    if (wait.isPositive()) {
      seen.put(other.id(), sight);
      return wait.plus(MARGIN);
    }
    if (!sight.suspect() || !onTime) {
      seen.put(other.id(), new Sight(sight.heartbeat(), sight.nanos(), true));
      return confirm;
    }
    String error =
        "its consumer "
            + other.name()
            + " died or hung: no heartbeat for "
            + other.silent()
            + " ms";
    count(housekeeping.rescue(other, error), other.name());
    return MARGIN;
  }

  private void count(int messages, String from) {
    if (messages > 0) {
      rescued += messages;
      LOG.log(Level.WARNING, "{0} messages of consumer {1} are released", messages, from);
      onRescue.run();
    }
  }

  long rescued() {
    return rescued;
  }
}
