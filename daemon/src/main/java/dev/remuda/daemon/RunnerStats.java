package dev.remuda.daemon;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A job at one moment.
 *
 * @param name the job's
 * @param overlap its rule for triggers during a run
 * @param timeout how long a run may take
 * @param period of its poll, the jitter included, if it polls
 * @param triggers what may make it run
 * @param iterations runs that have begun
 * @param succeeded runs that returned
 * @param failed runs that threw
 * @param timedOut runs that were interrupted because they took too long
 * @param cancelled runs that were interrupted for another reason
 * @param kicksReceived kicks from all sources
 * @param kicksCoalesced kicks that share a run with another
 * @param kicksSkipped triggers that were dropped, as the overlap rule says
 * @param waiting runs that will begin as soon as they may
 * @param durations how long runs took
 * @param lastRun the one that ended last
 * @param lastError of the run that failed last
 * @param nextPoll when it polls next; nothing while a run is in flight that the poll waits for
 * @param nextCron when its cron entries run next
 * @param inFlight runs that have not ended
 */
public record RunnerStats(
    String name,
    Overlap overlap,
    Duration timeout,
    Optional<Duration> period,
    List<TriggerState> triggers,
    long iterations,
    long succeeded,
    long failed,
    long timedOut,
    long cancelled,
    long kicksReceived,
    long kicksCoalesced,
    long kicksSkipped,
    int waiting,
    DurationHistogram durations,
    Optional<EndedRun> lastRun,
    Optional<RunError> lastError,
    Optional<Instant> nextPoll,
    Optional<Instant> nextCron,
    List<RunInFlight> inFlight) {
  /** Copies the lists. */
  public RunnerStats {
    triggers = List.copyOf(triggers);
    inFlight = List.copyOf(inFlight);
  }

  /** How a run ended. */
  public enum Outcome {
    /** It returned. */
    SUCCEEDED,
    /** It threw. */
    FAILED,
    /** It took longer than its timeout. */
    TIMED_OUT,
    /** Somebody, a newer run or the daemon's end cancelled it. */
    CANCELLED
  }

  /**
   * A trigger.
   *
   * @param description what it is, such as {@code udp loopback:8001}
   * @param state how it is, such as {@code 127.0.0.1:8001 [::1]:8001}
   * @param degraded whether it does not work at present, so that the job lives by its poll
   */
  public record TriggerState(String description, String state, boolean degraded) {}

  /**
   * A run that has ended.
   *
   * @param name the job's name and the run's number
   * @param cause what triggered it
   * @param began when
   * @param took how long
   * @param outcome how it ended
   */
  public record EndedRun(
      String name, String cause, Instant began, Duration took, Outcome outcome) {}

  /**
   * What a run threw, or why it was interrupted.
   *
   * @param run the job's name and the run's number
   * @param at when
   * @param summary in one line
   * @param stack whole, or its beginning where it is long
   */
  public record RunError(String run, Instant at, String summary, String stack) {}

  /**
   * A run that has not ended.
   *
   * @param name the job's name and the run's number, by which it can be cancelled
   * @param cause what triggered it
   * @param began when
   * @param age for how long it runs
   * @param interrupted why it was interrupted, if it was
   * @param stuck whether it was interrupted and did not end
   */
  public record RunInFlight(
      String name,
      String cause,
      Instant began,
      Duration age,
      Optional<String> interrupted,
      boolean stuck) {}
}
