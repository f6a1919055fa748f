package dev.remuda.worker;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Ends this process at once, whatever its threads do. {@code Runtime.halt} waits up to 300 ms for
 * threads in native code, and a blocked read is one; {@code _exit} does not.
 */
final class ProcessExit {
  /** The base protocol's exit status at the end of a connection. */
  static final int CONNECTION_ENDED = 1;

  /** What the JVM itself uses with {@code -XX:+ExitOnOutOfMemoryError}. */
  static final int OUT_OF_MEMORY = 3;

  /** The supervisor is gone or told an idle worker to leave. */
  static final int NOT_NEEDED = 0;

  /** One call ran for longer than the hung-worker timeout. */
  static final int HUNG = 4;

  private static volatile @Nullable MethodHandle exit;

  private ProcessExit() {}

  /** Links the call, which takes tens of milliseconds: kept out of the start of a worker. */
  @SuppressWarnings("restricted")
  static void link() {
    Linker linker = Linker.nativeLinker();
    exit =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("_exit"),
            FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
  }

  static void now(int status) {
    MethodHandle linked = exit;
    if (linked != null) {
      try {
        linked.invokeExact(status);
      } catch (Throwable e) {
        Runtime.getRuntime().halt(status);
      }
    }
    Runtime.getRuntime().halt(status);
  }
}
