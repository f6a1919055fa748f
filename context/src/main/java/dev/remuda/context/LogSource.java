package dev.remuda.context;

import org.jspecify.annotations.Nullable;

/**
 * Where {@link TaskLog#current()} comes from, for those who make a log only when something is
 * logged. Safe for use by any thread.
 */
@FunctionalInterface
public interface LogSource {
  /** The log, which is the same each time. */
  TaskLog taskLog();

  /**
   * Runs {@code work} on this thread with this log as the current one; also the callbacks that are
   * {@linkplain Frame#wrap(Runnable) wrapped} meanwhile.
   *
   * @throws X what {@code work} throws
   */
  default <R extends @Nullable Object, X extends Throwable> R during(
      ScopedValue.CallableOp<R, X> work) throws X {
    return Frame.now().with(CurrentLog.KEY, this).call(work);
  }
}
