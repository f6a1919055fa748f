package dev.remuda.context;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What is left of a reference to a log when its owner has forgotten it. Must not know the {@link
 * TaskLog} itself, or that would never be found forgotten.
 */
final class LogReference implements Runnable {
  private static final System.Logger LOG = System.getLogger("dev.remuda.context");
  private static final Cleaner FORGOTTEN = Cleaner.create();

  private final LogState state;
  private final AtomicBoolean closed = new AtomicBoolean();
  private Cleaner.@Nullable Cleanable cleanable;

  private LogReference(LogState state) {
    this.state = state;
  }

  static LogReference of(TaskLog log, LogState state) {
    var reference = new LogReference(state);
    reference.cleanable = FORGOTTEN.register(log, reference);
    return reference;
  }

  void close() {
    if (closed.compareAndSet(false, true)) {
      if (cleanable != null) {
        cleanable.clean();
      }
      state.release();
    }
  }

  /** The collector has found it, or it was closed. */
  @Override
  public void run() {
    if (closed.compareAndSet(false, true)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "a log was never closed and is written now; it was opened at {0}",
          state.opened());
      state.release();
    }
  }
}
