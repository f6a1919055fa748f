package dev.remuda.client;

import java.time.Duration;

/**
 * Where the time of a call that came to a bad end went.
 *
 * @param queued it waited for a worker
 * @param connected its worker's connection took so long to be accepted, before it had the call
 * @param ran the worker had it
 * @param ended from there until its end was known: the dump, and the supervisor's answer
 */
public record PhaseTimes(Duration queued, Duration connected, Duration ran, Duration ended) {
  @Override
  public String toString() {
    return "queued "
        + queued.toMillis()
        + " ms, ran "
        + ran.toMillis()
        + " ms, ended in "
        + ended.toMillis()
        + " ms; its worker had been connected in "
        + connected.toMillis()
        + " ms";
  }
}
