package dev.remuda.worker;

import dev.remuda.protocol.UnwritableValueException;
import dev.remuda.protocol.WireException;
import java.util.Objects;

/**
 * How the served code tells its caller how far it is, or hands over a long result piece by piece.
 * It finds the call that runs by itself, also on the threads of a structured scope that the call
 * opened.
 */
public final class Progress {
  private Progress() {}

  /** True while a call runs here whose caller wants to hear of its progress. */
  public static boolean isWanted() {
    return CallProgress.CURRENT.isBound();
  }

  /**
   * Sends one value to the caller; does nothing where {@linkplain #isWanted() none is wanted}.
   * Blocks while as many values as the caller asked for are not taken yet; a caller that gives up
   * or goes away meanwhile ends the worker, as during any call. An interrupt does not end the wait.
   * What is reported on another thread once the call has returned is not sent.
   *
   * @throws NullPointerException when it is null, which is no progress; nothing is sent
   * @throws UnwritableValueException when the value is of no kind that can travel; nothing is sent
   *     and the call goes on
   * @throws WireException when it is over the limit of a message; nothing is sent and the call goes
   *     on
   */
  public static void report(Object value) {
    Objects.requireNonNull(value, "progress of null");
    if (isWanted()) {
      CallProgress.CURRENT.get().report(value);
    }
  }
}
