package dev.remuda.worker;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An appender at the root of Logback, where that is what SLF4J logs to; by reflection, so that
 * nobody needs Logback who does not use it. Everything of it that fails means that it is not there.
 */
final class LogbackCapture implements InvocationHandler {
  private static final String NAME = "remuda";
  private static final String CONTEXT = "ch.qos.logback.classic.LoggerContext";
  private static final int ERROR = 40_000;
  private static final int WARN = 30_000;
  private static final int INFO = 20_000;

  private static final @Nullable Object CONTEXT_IN_FORCE = find();

  private LogbackCapture() {}

  private static @Nullable Object find() {
    ClassLoader loader = ClassLoader.getSystemClassLoader();
    try {
      Class.forName(CONTEXT, false, loader); // else SLF4J would say that it has no backend
      Object factory =
          Class.forName("org.slf4j.LoggerFactory", true, loader)
              .getMethod("getILoggerFactory")
              .invoke(null);
      return factory != null && factory.getClass().getName().equals(CONTEXT) ? factory : null;
    } catch (ReflectiveOperationException | LinkageError e) {
      return null;
    }
  }

  /** Puts it there, unless it is; each time, since the user's code may have set Logback up anew. */
  static void listen() {
    Object context = CONTEXT_IN_FORCE;
    if (context == null) {
      return;
    }
    try {
      Object root = call(context, "getLogger", String.class, "ROOT");
      if (root != null && call(root, "getAppender", String.class, NAME) == null) {
        ClassLoader loader = root.getClass().getClassLoader();
        Class<?> appender = Class.forName("ch.qos.logback.core.Appender", false, loader);
        Object ours =
            Proxy.newProxyInstance(loader, new Class<?>[] {appender}, new LogbackCapture());
        call(root, "addAppender", appender, ours);
      }
    } catch (ReflectiveOperationException | LinkageError e) {
      // A Logback that is otherwise than it was: nobody is heard by it.
    }
  }

  private static @Nullable Object call(Object on, String method, Class<?> type, Object argument)
      throws ReflectiveOperationException {
    return on.getClass().getMethod(method, type).invoke(on, argument);
  }

  /** All that an appender is asked. */
  @Override
  @SuppressWarnings("ReferenceEquality") // the proxy's own equals() is this method
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    Object first = arguments == null || arguments.length == 0 ? null : arguments[0];
    return switch (method.getName()) {
      case "doAppend" -> append(first);
      case "getName", "toString" -> NAME;
      case "isStarted" -> true;
      case "hashCode" -> System.identityHashCode(proxy);
      case "equals" -> proxy == first;
      case "getCopyOfAttachedFiltersList" -> List.of();
      default -> null;
    };
  }

  private static @Nullable Object append(@Nullable Object event) {
    CallLog log = LogCapture.target();
    if (log != null && event != null) {
      try {
        append(log, event);
      } catch (ReflectiveOperationException | RuntimeException e) {
        log.captured(20, "a line of Logback could not be read: " + Failures.text(e), none());
      }
    }
    return null;
  }

  private static LoggedDetails none() {
    return new LoggedDetails("", null, Map.of());
  }

  @SuppressWarnings("unchecked") // as Logback declares it
  private static void append(CallLog log, Object event) throws ReflectiveOperationException {
    Map<String, String> mdc = (Map<String, String>) get(event, "getMDCPropertyMap");
    log.captured(
        level((Integer) get(get(event, "getLevel"), "toInt")),
        String.valueOf(get(event, "getFormattedMessage")),
        new LoggedDetails(
            String.valueOf(get(event, "getLoggerName")),
            thrown(get(event, "getThrowableProxy")),
            mdc == null ? Map.of() : mdc));
  }

  private static @Nullable Throwable thrown(@Nullable Object proxy)
      throws ReflectiveOperationException {
    try {
      return proxy == null ? null : (Throwable) get(proxy, "getThrowable");
    } catch (NoSuchMethodException e) {
      return null; // one that came from elsewhere, and is a text only
    }
  }

  private static @Nullable Object get(@Nullable Object of, String property)
      throws ReflectiveOperationException {
    if (of == null) {
      return null;
    }
    try {
      return of.getClass().getMethod(property).invoke(of);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private static int level(@Nullable Integer level) {
    int value = level == null ? INFO : level;
    if (value >= ERROR) {
      return 10;
    } else if (value >= WARN) {
      return 20;
    }
    return value >= INFO ? 30 : 40;
  }
}
