package dev.remuda.status;

import dev.remuda.client.PoolCounters;
import dev.remuda.client.PoolStats;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The workers of one supervisor: a pool, or a server.
 *
 * @param name as it was added
 * @param kind which of the two
 * @param client the client's counts, of a pool
 * @param counters what the client has done, of a pool
 * @param known whether the supervisor has told what follows
 * @param started worker processes since the beginning
 * @param killed those of them that the supervisor had to end
 * @param waiting connections that no worker has accepted yet
 * @param waitingSince for how long somebody has waited
 * @param trouble why workers cannot be started, if that is so
 * @param draining whether it takes no more work
 * @param settings in force, secrets left out; of a server
 * @param workers those that live, the busy ones first
 * @param activity what has happened lately
 */
record WorkerGroup(
    String name,
    Kind kind,
    Optional<PoolStats> client,
    Optional<PoolCounters> counters,
    boolean known,
    int started,
    int killed,
    int waiting,
    Duration waitingSince,
    Optional<String> trouble,
    boolean draining,
    Map<String, String> settings,
    List<Worker> workers,
    Activity activity) {

  /** What a worker may be doing, the busy ones first. */
  static final List<String> STATES =
      List.of(
          "BUSY",
          "CHECKED_OUT",
          "IDLE",
          "STANDBY",
          "STARTING",
          "SETUP_FAILED",
          "RETIRING",
          "ENDING");

  /** What a group of workers belongs to. */
  enum Kind {
    POOL,
    SERVER
  }

  /**
   * One worker.
   *
   * @param state one of {@link #STATES}; of a pool's worker with a connection what its client
   *     knows: {@code IDLE}, {@code CHECKED_OUT} or {@code BUSY}
   * @param inState for how long
   * @param method which it runs; empty where it runs none, or nobody here can know
   * @param inCall for how long
   * @param cpu share of one core since the last look
   */
  record Worker(
      String id,
      long pid,
      String state,
      Duration inState,
      String reason,
      boolean toBeReplaced,
      String address,
      Duration age,
      int checkouts,
      String method,
      Duration inCall,
      long rssBytes,
      double cpu) {
    boolean isBusy() {
      return !method.isEmpty() || state.equals("BUSY");
    }

    /** Being killed, or unable to set itself up. */
    boolean isBad() {
      return state.equals("SETUP_FAILED") || state.equals("ENDING");
    }
  }

  /** How many workers are in each state, in the order of a worker's life. */
  Map<String, Long> states() {
    Map<String, Long> states = new LinkedHashMap<>();
    for (String state : STATES) {
      states.put(state, 0L);
    }
    workers.forEach(worker -> states.merge(worker.state(), 1L, Long::sum));
    states.values().removeIf(count -> count == 0);
    return states;
  }
}
