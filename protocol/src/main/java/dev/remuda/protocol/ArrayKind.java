package dev.remuda.protocol;

import java.lang.reflect.Array;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Arrays of anything but bytes. */
record ArrayKind(Class<?> component, Kind element) implements Kind {

  @Override
  public @Nullable Object read(@Nullable Object wire, Trail trail) {
    if (wire == null) {
      return null;
    }
    if (!(wire instanceof List<?> list)) {
      throw ConversionException.mismatch(trail, "array", wire);
    }
    int length = list.size();
    Object array = Array.newInstance(component, length);
    trail.enter();
    for (int i = 0; i < length; i++) {
      trail.at(i);
      store(array, i, element.read(list.get(i), trail));
    }
    trail.leave();
    return array;
  }

  private static void store(Object array, int index, @Nullable Object value) {
    if (array instanceof @Nullable Object[] objects) {
      objects[index] = value;
    } else {
      Array.set(array, index, value);
    }
  }
}
