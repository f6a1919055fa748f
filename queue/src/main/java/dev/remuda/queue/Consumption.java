package dev.remuda.queue;

/** The consumption of one type by one process, until it is closed. Safe for every thread. */
public interface Consumption extends AutoCloseable {
  /** What is consumed. */
  String type();

  /** Claims nothing more until {@link #resume}; what is claimed is still handled. */
  void pause();

  /** Claims again. */
  void resume();

  /** Looks for messages now instead of at the next poll or kick. Does not block. */
  void poll();

  /**
   * Claims nothing more, gives back what was claimed and not begun, and waits for the handlers that
   * run; after the queue's close patience, or when this thread is interrupted, they are
   * interrupted, and what does not end within a second is given to others. Closing again does
   * nothing. Blocks; not to be called by the type's own handler.
   */
  @Override
  void close();
}
