package dev.remuda.server;

/** Hears what workers write to their stdout and stderr; called on the supervisor's thread. */
@FunctionalInterface
public interface WorkerOutput {
  /** Which of the two. */
  enum Stream {
    /** Standard output. */
    OUT,
    /** Standard error. */
    ERR
  }

  /** One line, without its end; must not block. */
  void line(String workerId, Stream stream, String line);
}
