package dev.remuda.worker;

import org.jspecify.annotations.Nullable;

/**
 * Ends this process at once, whatever its threads do. {@code Runtime.halt} waits up to 300 ms for
 * threads in native code, and longer for a compiler thread, so the supervisor is told first: it
 * ends the whole process group, and takes the status from what it was told. A native {@code _exit}
 * would do as well, but to link it costs each worker tens of milliseconds and several megabytes.
 */
final class ProcessExit {
  /** The supervisor is gone or told an idle worker to leave. */
  static final int NOT_NEEDED = 0;

  /** The base protocol's exit status at the end of a connection. */
  static final int CONNECTION_ENDED = 1;

  /** What is to be served cannot be loaded. */
  static final int CANNOT_START = 2;

  /** What the JVM itself uses with {@code -XX:+ExitOnOutOfMemoryError}. */
  static final int OUT_OF_MEMORY = 3;

  /** One call ran for longer than the hung-worker timeout. */
  static final int HUNG = 4;

  private static volatile @Nullable ControlChannel supervisor;

  private ProcessExit() {}

  /** Who is to be told. */
  static void announceTo(ControlChannel control) {
    supervisor = control;
  }

  /** Does not return. */
  static void now(int status) {
    ControlChannel told = supervisor;
    try {
      if (told != null) {
        told.say("leaving " + status);
      }
    } finally {
      Runtime.getRuntime().halt(status);
    }
  }
}
