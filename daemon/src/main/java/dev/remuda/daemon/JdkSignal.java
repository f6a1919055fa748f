package dev.remuda.daemon;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * {@code sun.misc.Signal} by reflection: it is in a package that is not supported, and javac warns
 * of each use in a way that cannot be switched off.
 */
final class JdkSignal {
  private static final Class<?> SIGNAL;
  private static final Class<?> HANDLER;
  private static final Method HANDLE;
  private static final Method NUMBER;

  static {
    try {
      SIGNAL = Class.forName("sun.misc.Signal");
      HANDLER = Class.forName("sun.misc.SignalHandler");
      HANDLE = SIGNAL.getMethod("handle", SIGNAL, HANDLER);
      NUMBER = SIGNAL.getMethod("getNumber");
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private JdkSignal() {}

  @SuppressWarnings("ReferenceEquality") // what a handler is equal to, itself only
  static Object handler(Runnable action) {
    return Proxy.newProxyInstance(
        JdkSignal.class.getClassLoader(),
        new Class<?>[] {HANDLER},
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "handle" -> {
                action.run();
                yield null;
              }
              case "equals" -> arguments != null && proxy == arguments[0];
              case "hashCode" -> System.identityHashCode(proxy);
              default -> "a handler of the daemon's";
            });
  }

  /** Sets a handler and gives the one before. */
  static Object handle(String name, Object handler) {
    return call(HANDLE, SIGNAL, signal(name), handler); // static: the receiver is ignored
  }

  static int number(String name) {
    return (Integer) call(NUMBER, signal(name));
  }

  private static Object signal(String name) {
    try {
      return SIGNAL.getConstructor(String.class).newInstance(name);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException("no signal " + name, e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object call(Method method, Object on, Object... arguments) {
    try {
      return method.invoke(on, arguments);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(
          String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()), e.getCause());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
