package dev.remuda.cli;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/**
 * Hears the signals of this process. The JDK has no other way than {@code sun.misc.Signal} of its
 * module jdk.unsupported: a shutdown hook hears neither a second signal nor SIGHUP. It is called by
 * reflection, as the compiler's warning of it cannot be switched off.
 */
final class Signals {
  private Signals() {}

  /**
   * From now on the handler hears of a signal, each time on a thread of its own, and the JVM does
   * nothing by itself. One that this process was started to ignore (nohup) stays ignored.
   *
   * @param name such as {@code TERM}
   */
  static void handle(String name, Consumer<String> handler) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handlerType},
              (self, method, arguments) -> answer(self, method, arguments, name, handler));
      Method handle = signal.getMethod("handle", signal, handlerType);
      handle.invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no SIG" + name + " can be heard: " + e, e);
    }
  }

  /** The methods of Object come here too. */
  @SuppressWarnings("ReferenceEquality") // it is what equality of a proxy is
  private static Object answer(
      Object self, Method method, Object[] arguments, String name, Consumer<String> handler) {
    return switch (method.getName()) {
      case "equals" -> self == arguments[0];
      case "hashCode" -> System.identityHashCode(self);
      case "toString" -> "SIG" + name;
      default -> {
        handler.accept("SIG" + name);
        yield self;
      }
    };
  }
}
