package dev.remuda.client;

import dev.remuda.protocol.WireType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The interface that workers serve, as calls are made of it.
 *
 * @param <T> the interface
 */
final class Contract<T> {
  private final Class<T> type;
  private final Map<Method, WireType> results = new HashMap<>();
  private final Set<Method> idempotent = new HashSet<>();

  /** Refuses what is no interface, and methods with a type that cannot travel. */
  Contract(Class<T> type) {
    if (!type.isInterface()) {
      throw new IllegalArgumentException(type.getName() + " is no interface");
    }
    this.type = type;
    for (Method method : type.getMethods()) {
      if (!Modifier.isStatic(method.getModifiers())) {
        results.put(method, travelling(method, method.getGenericReturnType()));
        for (Type parameter : method.getGenericParameterTypes()) {
          travelling(method, parameter);
        }
        if (method.isAnnotationPresent(Idempotent.class)) {
          idempotent.add(method);
        }
      }
    }
    if (results.isEmpty()) {
      throw new IllegalArgumentException(type.getName() + " has no method to call");
    }
  }

  private static WireType travelling(Method method, Type declared) {
    try {
      return WireType.of(declared);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          method.getDeclaringClass().getName() + "." + method.getName() + ": " + e.getMessage(), e);
    }
  }

  /** What is done with a call on a stand-in. */
  interface Handler {
    @Nullable Object handle(Method method, @Nullable Object @Nullable [] arguments)
        throws Throwable;
  }

  /** An object of the interface whose calls go to {@code handler}. */
  T standIn(Handler handler) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) ->
                method.getDeclaringClass().equals(Object.class)
                    ? ofObject(self, method, arguments)
                    : handler.handle(method, arguments));
    return type.cast(proxy);
  }

  @SuppressWarnings("ReferenceEquality") // a stand-in equals itself only
  private Object ofObject(Object self, Method method, @Nullable Object[] arguments) {
    return switch (method.getName()) {
      case "equals" -> self == arguments[0];
      case "hashCode" -> System.identityHashCode(self);
      default -> "stand-in of " + type.getName();
    };
  }

  WireType result(Method method) {
    return Objects.requireNonNull(results.get(method));
  }

  boolean isIdempotent(Method method) {
    return idempotent.contains(method);
  }

  /** The wire's arguments of a call: the method's name, then its values, a rest spread out. */
  static List<@Nullable Object> arguments(Method method, @Nullable Object @Nullable [] values) {
    var all = new ArrayList<@Nullable Object>();
    all.add(method.getName());
    if (values != null) {
      int fixed = method.isVarArgs() ? values.length - 1 : values.length;
      all.addAll(Arrays.asList(values).subList(0, fixed));
      if (method.isVarArgs() && values[fixed] != null) {
        spread(values[fixed], all);
      }
    }
    return all;
  }

  private static void spread(Object rest, List<@Nullable Object> all) {
    for (int i = 0; i < java.lang.reflect.Array.getLength(rest); i++) {
      all.add(java.lang.reflect.Array.get(rest, i));
    }
  }

  /**
   * What a stand-in that only takes down the call gives back; for numbers an odd one, by which it
   * is known that a lambda gave back just this.
   */
  static @Nullable Object nothing(Class<?> type) {
    if (!type.isPrimitive() || type == void.class) {
      return null;
    }
    return switch (type.getName()) {
      case "boolean" -> false;
      case "char" -> '\uFFFE';
      case "byte" -> (byte) -113;
      case "short" -> (short) -31_337;
      case "int" -> -1_313_131_317;
      case "long" -> -1_313_131_313_131_313_137L;
      case "float" -> -1.3131313e13f;
      default -> -1.3131313131313e131;
    };
  }
}
