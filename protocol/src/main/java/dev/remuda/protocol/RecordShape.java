package dev.remuda.protocol;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** The components of one record class, and the calls that make an instance and take it apart. */
final class RecordShape {
  private static final ClassValue<RecordShape> SHAPES = new Shapes();

  private final Class<?> type;
  private final RecordComponent[] components;
  private final String[] names;
  private final Method[] accessors;
  private final Constructor<?> constructor;
  private final @Nullable TypeAdapter adapter;

  private RecordShape(Class<?> type) throws NoSuchMethodException {
    this.type = type;
    this.adapter = isOfFamily(type) ? Adapters.installed().findForClass(type) : null;
    this.components = type.getRecordComponents();
    this.names = new String[components.length];
    this.accessors = new Method[components.length];
    Class<?>[] parameters = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      names[i] = components[i].getName();
      parameters[i] = components[i].getType();
      accessors[i] = components[i].getAccessor();
    }
    this.constructor = type.getDeclaredConstructor(parameters);
    if (adapter == null) {
      AccessibleObject.setAccessible(accessors, true);
      constructor.setAccessible(true);
    }
  }

  /** Whether it can be told from its siblings only by who writes it. */
  private static boolean isOfFamily(Class<?> type) {
    for (Class<?> implemented : type.getInterfaces()) {
      if (implemented.isSealed()) {
        return true;
      }
    }
    return false;
  }

  /** Computes shapes once a class, for as long as the class lives. */
  private static final class Shapes extends ClassValue<RecordShape> {
    @Override
    protected RecordShape computeValue(Class<?> type) {
      try {
        return new RecordShape(type);
      } catch (NoSuchMethodException impossible) {
        throw new IllegalStateException("no canonical constructor: " + type, impossible);
      }
    }
  }

  /**
   * The shape of a record class.
   *
   * @throws java.lang.reflect.InaccessibleObjectException if its module does not open its package
   * @throws IllegalArgumentException if two adapters take it, or it cannot be told
   */
  static RecordShape of(Class<?> type) {
    return SHAPES.get(type);
  }

  /** Who reads and writes the record instead, if anybody. */
  @Nullable TypeAdapter adapter() {
    return adapter;
  }

  int size() {
    return names.length;
  }

  String name(int component) {
    return names[component];
  }

  Type genericType(int component) {
    return components[component].getGenericType();
  }

  boolean isPrimitive(int component) {
    return components[component].getType().isPrimitive();
  }

  Object create(@Nullable Object[] values) throws InvocationTargetException {
    try {
      return constructor.newInstance(values);
    } catch (InstantiationException | IllegalAccessException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Nullable Object get(Object instance, int component) throws InvocationTargetException {
    try {
      return accessors[component].invoke(instance);
    } catch (IllegalAccessException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** The record's name for messages, such as {@code record Order}. */
  @Override
  public String toString() {
    return "record " + type.getSimpleName();
  }
}
