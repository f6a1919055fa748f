package dev.remuda.protocol;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A declared type in which every type variable and wildcard has been replaced by what it stands
 * for, or by its bound. An array's only argument is its component.
 */
record ResolvedType(Class<?> raw, List<ResolvedType> arguments) {

  static ResolvedType of(Type declared) {
    return new Resolution(Map.of()).resolve(declared);
  }

  /** Resolves the type of a component of this record. */
  ResolvedType component(Type declared) {
    Map<TypeVariable<?>, ResolvedType> bindings = new HashMap<>();
    TypeVariable<?>[] variables = raw.getTypeParameters();
    for (int i = 0; i < variables.length && i < arguments.size(); i++) {
      bindings.put(variables[i], arguments.get(i));
    }
    return new Resolution(bindings).resolve(declared);
  }

  /** How many classes it names. */
  int size() {
    int size = 1;
    for (ResolvedType argument : arguments) {
      size += argument.size();
    }
    return size;
  }

  /** The same as reflection shows it. */
  Type toType() {
    if (arguments.isEmpty()) {
      return raw;
    }
    List<Type> types = new ArrayList<>(arguments.size());
    for (ResolvedType argument : arguments) {
      types.add(argument.toType());
    }
    if (!raw.isArray()) {
      return new GenericType(raw, types);
    }
    return types.get(0) instanceof Class<?> ? raw : new GenericType.OfArray(types.get(0));
  }

  // Written out, as the generated ones bootstrap with invokedynamic: milliseconds in a cold JVM.

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ResolvedType that
        && raw == that.raw
        && arguments.equals(that.arguments);
  }

  @Override
  public int hashCode() {
    return 31 * raw.hashCode() + arguments.hashCode();
  }

  @Override
  public String toString() {
    if (raw.isArray() || arguments.isEmpty()) {
      return raw.getTypeName();
    }
    StringBuilder name = new StringBuilder(raw.getTypeName());
    char separator = '<';
    for (ResolvedType argument : arguments) {
      name.append(separator).append(argument);
      separator = ',';
    }
    return name.append('>').toString();
  }

  /** One walk through a declared type. */
  private static final class Resolution {
    private final Map<TypeVariable<?>, ResolvedType> bindings;
    private final Set<TypeVariable<?>> open = new HashSet<>();

    Resolution(Map<TypeVariable<?>, ResolvedType> bindings) {
      this.bindings = bindings;
    }

    ResolvedType resolve(Type type) {
      if (type instanceof Class<?> plain) {
        return plain(plain);
      } else if (type instanceof ParameterizedType generic) {
        return generic(generic);
      } else if (type instanceof GenericArrayType array) {
        return arrayOf(resolve(array.getGenericComponentType()));
      } else if (type instanceof WildcardType wildcard) {
        return resolve(wildcard.getUpperBounds()[0]);
      } else if (type instanceof TypeVariable<?> variable) {
        return variable(variable);
      }
      throw new IllegalArgumentException(type.getTypeName() + " cannot travel");
    }

    private ResolvedType plain(Class<?> type) {
      if (type.isArray()) {
        return new ResolvedType(type, List.of(resolve(type.getComponentType())));
      }
      TypeVariable<?>[] variables = type.getTypeParameters();
      if (variables.length == 0) {
        return new ResolvedType(type, List.of());
      }
      List<ResolvedType> arguments = new ArrayList<>(variables.length);
      for (TypeVariable<?> variable : variables) {
        arguments.add(bound(variable));
      }
      return new ResolvedType(type, arguments);
    }

    private ResolvedType generic(ParameterizedType type) {
      Class<?> raw = (Class<?>) type.getRawType();
      Type[] actual = type.getActualTypeArguments();
      List<ResolvedType> arguments = new ArrayList<>(actual.length);
      for (int i = 0; i < actual.length; i++) {
        ResolvedType argument = resolve(actual[i]);
        boolean unbounded = actual[i] instanceof WildcardType && argument.raw() == Object.class;
        arguments.add(unbounded ? bound(raw.getTypeParameters()[i]) : argument);
      }
      return new ResolvedType(raw, arguments);
    }

    private ResolvedType arrayOf(ResolvedType component) {
      return new ResolvedType(component.raw().arrayType(), List.of(component));
    }

    private ResolvedType variable(TypeVariable<?> variable) {
      ResolvedType bound = bindings.get(variable);
      return bound != null ? bound : bound(variable);
    }

    private ResolvedType bound(TypeVariable<?> variable) {
      Type bound = variable.getBounds()[0];
      if (!open.add(variable)) {
        return new ResolvedType(erasure(bound), List.of());
      }
      ResolvedType resolved = resolve(bound);
      open.remove(variable);
      return resolved;
    }

    private static Class<?> erasure(Type bound) {
      if (bound instanceof Class<?> plain) {
        return plain;
      } else if (bound instanceof ParameterizedType generic) {
        return (Class<?>) generic.getRawType();
      }
      return Object.class;
    }
  }
}
