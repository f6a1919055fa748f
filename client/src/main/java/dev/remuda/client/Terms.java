package dev.remuda.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a checkout is subject to, worked out from what was asked for; in nanoseconds, 0 for none.
 *
 * @param timeout for the wait and the run together
 * @param queueTimeout for the wait for a worker
 * @param callTimeout for the run alone
 * @param keepAfterError whether a worker whose call failed may have other borrowers
 */
record Terms(long timeout, long queueTimeout, long callTimeout, boolean keepAfterError) {
  /** What a checkout asks for, and where it is silent what its client was built with. */
  static Terms of(CheckoutOptions own, Terms client) {
    boolean keeps = own.keepAfterError() == null ? client.keepAfterError : own.keepAfterError();
    if (!own.hasLimits()) {
      return keeps == client.keepAfterError
          ? client
          : new Terms(client.timeout, client.queueTimeout, client.callTimeout, keeps);
    }
    return new Terms(
        nanos(own.timeout()), nanos(own.queueTimeout()), nanos(own.callTimeout()), keeps);
  }

  private static long nanos(@Nullable Duration limit) {
    return limit == null ? 0 : limit.toNanos();
  }

  /** When a call that waits is out of time, {@link Claim#NEVER} if at no time. */
  long waitingEnds(PendingCall call) {
    return earliest(
        after(call.clockNanos, timeout),
        after(call.waitingNanos, queueTimeout),
        call.inheritedNanos);
  }

  /** When a call that runs is out of time, {@link Claim#NEVER} if at no time. */
  long runningEnds(PendingCall call) {
    return earliest(
        after(call.clockNanos, timeout),
        after(call.startedNanos(), callTimeout),
        call.inheritedNanos);
  }

  /** How long a call may run that starts this moment, {@link Claim#NEVER} if for ever. */
  long longestRun() {
    return Math.min(after(0, timeout), after(0, callTimeout));
  }

  private static long after(long nanos, long limit) {
    return limit == 0 ? Claim.NEVER : nanos + limit;
  }

  private static long earliest(long a, long b, long c) {
    return Math.min(a, Math.min(b, c));
  }
}
