package dev.remuda.protocol;

import java.lang.reflect.InvocationTargetException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One record class: an object by component names; keys that it does not know are passed over. */
final class RecordKind implements Kind {
  private final RecordShape shape;
  private final Kind[] kinds;

  /** The kinds of the components may be filled in after this, as a record can hold itself. */
  RecordKind(RecordShape shape, Kind[] kinds) {
    this.shape = shape;
    this.kinds = kinds;
  }

  @Override
  public @Nullable Object read(@Nullable Object wire, Trail trail) {
    if (wire == null) {
      return null;
    }
    if (!(wire instanceof Map<?, ?> entries)) {
      throw ConversionException.mismatch(trail, "object (" + shape + ")", wire);
    }
    @Nullable Object[] values = new Object[kinds.length];
    trail.enter();
    for (int i = 0; i < values.length; i++) {
      trail.at(shape.name(i));
      values[i] = readComponent(entries, i, trail);
    }
    trail.leave();
    return create(values, trail);
  }

  private @Nullable Object readComponent(Map<?, ?> entries, int component, Trail trail) {
    String name = shape.name(component);
    Object wire = entries.get(name);
    if (wire == null && shape.isPrimitive(component) && !entries.containsKey(name)) {
      throw ConversionException.missing(trail, "component " + name + " of " + shape);
    }
    return kinds[component].read(wire, trail);
  }

  private Object create(@Nullable Object[] values, Trail trail) {
    try {
      return shape.create(values);
    } catch (InvocationTargetException thrown) {
      Throwable cause = thrown.getCause();
      if (cause instanceof Error fatal) {
        throw fatal;
      }
      throw ConversionException.refused(trail, shape.toString(), cause == null ? thrown : cause);
    }
  }
}
