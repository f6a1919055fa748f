package dev.remuda.status;

import dev.remuda.daemon.DaemonStats;
import dev.remuda.queue.DeadMessage;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * All that is shown of a daemon at one moment; immutable. Every form of the page is made of it.
 *
 * @param at when it was taken
 * @param daemon what the daemon tells
 * @param usage of this process
 * @param groups its pools and servers
 * @param deadMessages the newest ones of each queue, by its name
 * @param problems what is wrong, worst first
 */
record Snapshot(
    Instant at,
    DaemonStats daemon,
    Usage usage,
    List<WorkerGroup> groups,
    Map<String, List<DeadMessage>> deadMessages,
    List<Problem> problems) {

  /**
   * What a process takes.
   *
   * @param rssBytes resident memory; 0 where the system does not tell
   * @param cpu share of one core since the last look; 0 at the first
   */
  record Usage(long rssBytes, double cpu) {
    static final Usage NONE = new Usage(0, 0);
  }

  /** Whether something is broken, for {@code /healthz}. */
  boolean isHealthy() {
    return problems.stream().noneMatch(problem -> problem.severity() == Problem.Severity.BROKEN);
  }
}
