package dev.remuda.worker;

import dev.remuda.protocol.ConversionException;
import dev.remuda.protocol.WireType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One callable method with what its parameters take from the wire. */
final class ServedMethod {
  private final Method method;
  private final WireType[] parameters;
  private final boolean varArgs;

  /** Refuses a method with a parameter type that cannot travel. */
  ServedMethod(Method method) {
    this.method = method;
    this.varArgs = method.isVarArgs();
    Type[] declared = method.getGenericParameterTypes();
    this.parameters = new WireType[declared.length];
    for (int i = 0; i < declared.length; i++) {
      try {
        parameters[i] = WireType.of(declared[i]);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            signature() + ", parameter " + (i + 1) + ": " + e.getMessage(), e);
      }
    }
    // A public method of a class that is not public is still what the user chose to serve.
    method.setAccessible(true);
  }

  String name() {
    return method.getName();
  }

  boolean takes(int count) {
    return varArgs ? count >= parameters.length - 1 : count == parameters.length;
  }

  boolean hasVarArgs() {
    return varArgs;
  }

  /** Such as {@code hash(String)}. */
  String signature() {
    var text = new StringBuilder(method.getName()).append('(');
    Class<?>[] types = method.getParameterTypes();
    for (int i = 0; i < types.length; i++) {
      text.append(i == 0 ? "" : ", ");
      boolean rest = varArgs && i == types.length - 1;
      text.append(rest ? types[i].getComponentType().getSimpleName() : types[i].getSimpleName());
      text.append(rest ? "..." : "");
    }
    return text.append(')').toString();
  }

  @Nullable Object invoke(Object target, List<@Nullable Object> arguments) throws Throwable {
    @Nullable Object[] values = read(arguments);
    try {
      return method.invoke(target, values);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private @Nullable Object[] read(List<@Nullable Object> arguments) {
    var values = new @Nullable Object[parameters.length];
    int fixed = varArgs ? parameters.length - 1 : parameters.length;
    for (int i = 0; i < fixed; i++) {
      values[i] = read(i, arguments.get(i));
    }
    if (varArgs) {
      values[fixed] = read(fixed, arguments.subList(fixed, arguments.size()));
    }
    return values;
  }

  private @Nullable Object read(int index, @Nullable Object wire) {
    try {
      return parameters[index].read(wire);
    } catch (ConversionException e) {
      throw new BadCallException(
          signature() + ", argument " + (index + 1) + ": " + e.getMessage(), e);
    }
  }
}
