package dev.remuda.worker;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Calls the public methods of a class, or those of an interface that it implements. Overloads are
 * told apart by the number of arguments.
 */
final class MethodDispatch implements Dispatch {
  private final String served;
  private final Map<String, List<ServedMethod>> methods = new HashMap<>();

  /** The one method of a class that has just one: it takes plain calls too. */
  private final @Nullable ServedMethod single;

  /** Refuses a contract without methods, and types that cannot travel. */
  MethodDispatch(Class<?> implementation, Class<?> contract) {
    served = contract.getName();
    var all = new ArrayList<ServedMethod>();
    for (Method method : contract.getMethods()) {
      if (isServed(method, implementation)) {
        all.add(new ServedMethod(method));
      }
    }
    if (all.isEmpty()) {
      throw new IllegalArgumentException(served + " has no public method to call");
    }
    for (ServedMethod method : all) {
      // Not computeIfAbsent: the first lambda costs a worker's start milliseconds.
      List<ServedMethod> named = methods.get(method.name());
      if (named == null) {
        named = new ArrayList<>(1);
        methods.put(method.name(), named);
      }
      named.add(method);
    }
    single = all.size() == 1 ? all.getFirst() : null;
  }

  private static boolean isServed(Method method, Class<?> implementation) {
    return !Modifier.isStatic(method.getModifiers())
        && !method.isBridge()
        && !method.isSynthetic()
        && method.getDeclaringClass() != Object.class
        && !isHook(method, implementation);
  }

  private static boolean isHook(Method method, Class<?> implementation) {
    if (!WorkerHooks.class.isAssignableFrom(implementation) || method.getParameterCount() != 0) {
      return false;
    }
    return switch (method.getName()) {
      case "setup", "checkoutDone", "teardown", "train" -> true;
      default -> false;
    };
  }

  @Override
  public @Nullable Object call(Object target, List<@Nullable Object> arguments) throws Throwable {
    if (!arguments.isEmpty() && arguments.getFirst() instanceof String name) {
      List<ServedMethod> named = methods.get(name);
      if (named != null) {
        List<@Nullable Object> rest = arguments.subList(1, arguments.size());
        return choose(named, rest.size()).invoke(target, rest);
      }
    }
    if (single != null && single.takes(arguments.size())) {
      return single.invoke(target, arguments);
    }
    throw unknown(arguments);
  }

  private ServedMethod choose(List<ServedMethod> named, int count) {
    ServedMethod chosen = null;
    boolean ambiguous = false;
    for (ServedMethod method : named) {
      if (!method.takes(count)) {
        continue;
      }
      if (chosen == null || (chosen.hasVarArgs() && !method.hasVarArgs())) {
        chosen = method;
        ambiguous = false;
      } else if (chosen.hasVarArgs() == method.hasVarArgs()) {
        ambiguous = true;
      }
    }
    if (chosen == null || ambiguous) {
      throw new BadCallException(
          named.getFirst().name()
              + " with "
              + count
              + (count == 1 ? " argument is " : " arguments is ")
              + (ambiguous ? "ambiguous" : "unknown")
              + "; there is "
              + list(named));
    }
    return chosen;
  }

  private BadCallException unknown(List<@Nullable Object> arguments) {
    Object first = arguments.isEmpty() ? null : arguments.getFirst();
    var all = new ArrayList<ServedMethod>();
    for (List<ServedMethod> named : new TreeMap<>(methods).values()) {
      all.addAll(named);
    }
    String what =
        first instanceof String name
            ? "no method '" + (name.length() > 80 ? name.substring(0, 80) + "…" : name) + "'"
            : "the call names no method";
    return new BadCallException(what + " in " + served + "; there is " + list(all));
  }

  private static String list(List<ServedMethod> methods) {
    var text = new StringBuilder();
    for (ServedMethod method : methods) {
      text.append(text.isEmpty() ? "" : ", ").append(method.signature());
    }
    return text.toString();
  }
}
