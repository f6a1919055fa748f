package dev.remuda.protocol;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A class with its arguments as reflection shows it; equal to the platform's own. */
record GenericType(Class<?> raw, List<Type> arguments) implements ParameterizedType {

  @Override
  public Type[] getActualTypeArguments() {
    return arguments.toArray(new Type[0]);
  }

  @Override
  public Type getRawType() {
    return raw;
  }

  @Override
  public @Nullable Type getOwnerType() {
    return raw.getDeclaringClass();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ParameterizedType that
        && raw.equals(that.getRawType())
        && Objects.equals(getOwnerType(), that.getOwnerType())
        && Arrays.equals(getActualTypeArguments(), that.getActualTypeArguments());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(getActualTypeArguments())
        ^ Objects.hashCode(getOwnerType())
        ^ raw.hashCode();
  }

  @Override
  public String toString() {
    StringBuilder name = new StringBuilder(raw.getTypeName());
    char separator = '<';
    for (Type argument : arguments) {
      name.append(separator).append(argument.getTypeName());
      separator = ',';
    }
    return name.append('>').toString();
  }

  /** An array of such a class, or of such arrays. */
  record OfArray(Type getGenericComponentType) implements GenericArrayType {

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof GenericArrayType that
          && getGenericComponentType.equals(that.getGenericComponentType());
    }

    @Override
    public int hashCode() {
      return getGenericComponentType.hashCode();
    }

    @Override
    public String toString() {
      return getGenericComponentType.getTypeName() + "[]";
    }
  }
}
