package dev.remuda.queue;

import org.jspecify.annotations.Nullable;

/** The root of what a queue throws by itself. */
public abstract sealed class QueueException extends RuntimeException
    permits QueueSchemaException, QueueStoreException {
  private static final long serialVersionUID = 1L;

  QueueException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
