package dev.remuda.client;

/**
 * What a client has done since it was built. Each call that was made is in the end counted once as
 * one of the outcomes that follow {@code calls}.
 *
 * @param connects connections that were made
 * @param connectFailures attempts that failed
 * @param checkouts workers that were given to a checkout
 * @param deaths connections that a worker ended, busy or idle
 * @param retries calls that were sent again, after a worker had died
 * @param calls calls that were made
 * @param succeeded a result came
 * @param failed the worker's code threw, or its setup did
 * @param timedOut no answer came in time
 * @param notServed no worker was to be had in time, or no server
 * @param died the worker died
 * @param skipped an earlier call of the same checkout had come to a bad end
 * @param cancelled its caller gave it up
 * @param refused the queue was full, or the call was poisoned
 * @param closed made after a release or a close, or overtaken by it
 * @param garbled what came was no message, or did not fit the method's result type
 */
public record PoolCounters(
    long connects,
    long connectFailures,
    long checkouts,
    long deaths,
    long retries,
    long calls,
    long succeeded,
    long failed,
    long timedOut,
    long notServed,
    long died,
    long skipped,
    long cancelled,
    long refused,
    long closed,
    long garbled) {
  /** Calls that have ended, however. */
  public long ended() {
    return succeeded + failed + timedOut + notServed + died + skipped + cancelled + refused + closed
        + garbled;
  }
}
