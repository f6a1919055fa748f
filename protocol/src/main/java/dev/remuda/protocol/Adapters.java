package dev.remuda.protocol;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** The {@link TypeAdapter}s that one class loader sees. */
final class Adapters {
  private final List<TypeAdapter> adapters;
  private final @Nullable Throwable broken;

  /**
   * Not a ClassValue: that would tie the adapters, and so the loader of this class, to classes of
   * the platform.
   */
  private final Map<Class<?>, Optional<TypeAdapter>> byClass = new WeakHashMap<>();

  private Adapters(List<TypeAdapter> adapters, @Nullable Throwable broken) {
    this.adapters = adapters;
    this.broken = broken;
  }

  /** Looks services up when it is first needed, which most workers never do. */
  private static final class Installed {
    static final Adapters INSTANCE = seenBy(TypeAdapter.class.getClassLoader());
  }

  static Adapters installed() {
    return Installed.INSTANCE;
  }

  static Adapters seenBy(@Nullable ClassLoader loader) {
    List<TypeAdapter> found = new ArrayList<>();
    try {
      for (TypeAdapter adapter : ServiceLoader.load(TypeAdapter.class, loader)) {
        found.add(adapter);
      }
      return new Adapters(found, null);
    } catch (ServiceConfigurationError | LinkageError e) {
      return new Adapters(List.of(), e);
    }
  }

  /**
   * The adapter that takes a type, or null.
   *
   * @throws IllegalArgumentException if there are two, or it cannot be told
   */
  @Nullable TypeAdapter find(Type type) {
    if (broken != null) {
      throw new IllegalArgumentException(
          Excerpt.shorten(String.valueOf(broken.getMessage())), broken);
    }
    TypeAdapter taker = null;
    for (TypeAdapter adapter : adapters) {
      if (takes(adapter, type)) {
        if (taker != null) {
          throw new IllegalArgumentException(
              "both " + name(taker) + " and " + name(adapter) + " take it");
        }
        taker = adapter;
      }
    }
    return taker;
  }

  /** The same for the class of a value, remembered for as long as the class lives. */
  @Nullable TypeAdapter findForClass(Class<?> type) {
    synchronized (byClass) {
      Optional<TypeAdapter> known = byClass.get(type);
      if (known != null) {
        return known.orElse(null);
      }
    }
    TypeAdapter found = find(type);
    synchronized (byClass) {
      byClass.put(type, Optional.ofNullable(found));
    }
    return found;
  }

  static String name(TypeAdapter adapter) {
    return adapter.getClass().getTypeName();
  }

  private static boolean takes(TypeAdapter adapter, Type type) {
    try {
      return adapter.takes(type);
    } catch (VirtualMachineError fatal) {
      throw fatal;
    } catch (Throwable thrown) {
      throw new IllegalArgumentException(
          name(adapter) + " failed: " + Excerpt.thrown(thrown), thrown);
    }
  }
}
