package dev.remuda.protocol;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists and sets, in the order of the wire. */
record CollectionKind(Kind element, boolean distinct) implements Kind {

  @Override
  public @Nullable Object read(@Nullable Object wire, Trail trail) {
    if (wire == null) {
      return null;
    }
    if (!(wire instanceof List<?> list)) {
      throw ConversionException.mismatch(trail, "array", wire);
    }
    int size = list.size();
    Collection<@Nullable Object> values =
        distinct ? LinkedHashSet.newLinkedHashSet(size) : new ArrayList<>(size);
    trail.enter();
    for (int i = 0; i < size; i++) {
      trail.at(i);
      values.add(element.read(list.get(i), trail));
    }
    trail.leave();
    return values;
  }
}
