package dev.remuda.worker;

import dev.remuda.protocol.Failure;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.Meta;

/** Makes replies of what served code threw, whose own methods may throw too. */
final class Failures {
  private Failures() {}

  /** Its text, or its class where it cannot even say that. */
  static String text(Throwable thrown) {
    try {
      return String.valueOf(thrown.toString());
    } catch (VirtualMachineError e) {
      throw e;
    } catch (RuntimeException | Error e) {
      return thrown.getClass().getName();
    }
  }

  /**
   * The reply to a call that failed.
   *
   * @param detailed whether the client understands {@code ex}
   */
  static Message reply(Meta meta, String text, Throwable thrown, boolean detailed) {
    Meta all = meta;
    if (detailed) {
      try {
        all = meta.and(Failure.of(thrown).without(Failures::isDispatch));
      } catch (VirtualMachineError e) {
        throw e;
      } catch (RuntimeException | Error e) {
        // The throwable's own methods throw: its text must do.
      }
    }
    return new Message.Er(all, Failure.wellFormed(text));
  }

  /** What lies below the served code is the same for every call and tells nobody anything. */
  static boolean isDispatch(StackTraceElement frame) {
    String name = frame.getClassName();
    return name.startsWith("jdk.internal.reflect.")
        || name.equals("java.lang.reflect.Method")
        || name.startsWith("java.lang.ScopedValue")
        || name.startsWith("jdk.internal.vm.ScopedValue")
        || name.startsWith("dev.remuda.context.")
        || name.startsWith("dev.remuda.worker.");
  }
}
