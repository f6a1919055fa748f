package dev.remuda.protocol;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Maps with String keys, in the order of the wire or sorted. */
record MapKind(Kind value, boolean sorted) implements Kind {

  @Override
  public @Nullable Object read(@Nullable Object wire, Trail trail) {
    if (wire == null) {
      return null;
    }
    if (!(wire instanceof Map<?, ?> entries)) {
      throw ConversionException.mismatch(trail, "object", wire);
    }
    Map<String, @Nullable Object> values =
        sorted ? new TreeMap<>() : LinkedHashMap.newLinkedHashMap(entries.size());
    trail.enter();
    for (Map.Entry<?, ?> entry : entries.entrySet()) {
      String key = (String) entry.getKey();
      trail.at(key);
      values.put(key, value.read(entry.getValue(), trail));
    }
    trail.leave();
    return values;
  }
}
