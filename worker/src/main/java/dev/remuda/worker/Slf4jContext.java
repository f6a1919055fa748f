package dev.remuda.worker;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * SLF4J's mapped diagnostic context, where the served code logs by SLF4J to java.util.logging; so
 * that nobody needs SLF4J who does not use it, it is asked by reflection.
 */
final class Slf4jContext {
  private static final String PROVIDER = "org.slf4j.jul.JULServiceProvider";

  private static final @Nullable MethodHandle COPY = find();

  private Slf4jContext() {}

  private static @Nullable MethodHandle find() {
    ClassLoader loader = ClassLoader.getSystemClassLoader();
    try {
      Class.forName(PROVIDER, false, loader); // else its context would be somebody else's
      Class<?> mdc = Class.forName("org.slf4j.MDC", true, loader);
      return MethodHandles.publicLookup()
          .findStatic(mdc, "getCopyOfContextMap", MethodType.methodType(Map.class));
    } catch (ReflectiveOperationException | LinkageError e) {
      return null;
    }
  }

  /** That of this thread. */
  @SuppressWarnings("unchecked") // as SLF4J declares it
  static Map<String, String> present() {
    if (COPY == null) {
      return Map.of();
    }
    try {
      Map<String, String> copy = (Map<String, String>) COPY.invoke();
      return copy == null ? Map.of() : copy;
    } catch (Throwable e) {
      return Map.of();
    }
  }
}
