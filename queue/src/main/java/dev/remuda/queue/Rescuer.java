package dev.remuda.queue;

import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Releases the messages of consumers that are dead. The database's clock says how old a heartbeat
 * is, but a clock may jump: so only one that has not changed for the time of two heartbeats, by
 * this process's own steady clock, is taken for the last. Owned by the keeper's thread.
 */
final class Rescuer {
  private static final System.Logger LOG = System.getLogger(Rescuer.class.getName());
  private static final Duration MARGIN = Duration.ofMillis(50);

  private final Housekeeping housekeeping;
  private final Presence presence;
  private final Duration heartbeat;
  private final Duration staleAfter;
  private final Runnable onRescue;
  private Map<Long, Sight> sights = Map.of();
  private long rescued;

  private record Sight(long heartbeat, long nanos) {}

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
  }

  /** Looks after those that have messages, and says when to look again. */
  Duration look() throws SQLException {
    List<Housekeeping.Busy> busy = housekeeping.busyOthers(presence.owner());
    var seen = new HashMap<Long, Sight>();
    Duration next = Chore.NEVER;
    for (Housekeeping.Busy other : busy) {
      Duration wait = look(other, seen);
      next = wait.compareTo(next) < 0 ? wait : next;
    }
    sights = seen;
    count(housekeeping.rescueOrphans("its consumer had left without it"), "that had left");
    return next;
  }

  private Duration look(Housekeeping.Busy other, Map<Long, Sight> seen) throws SQLException {
    long now = System.nanoTime();
    Sight known = sights.get(other.id());
    boolean same = known != null && known.heartbeat() == other.heartbeat();
    Sight sight = same && known != null ? known : new Sight(other.heartbeat(), now);
    Duration untilStale = staleAfter.minusMillis(other.silent());
    Duration untilSure = heartbeat.multipliedBy(2).minusNanos(now - sight.nanos());
    Duration wait = untilStale.compareTo(untilSure) > 0 ? untilStale : untilSure;
    if (wait.isPositive()) {
      seen.put(other.id(), sight);
      return wait.plus(MARGIN);
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
