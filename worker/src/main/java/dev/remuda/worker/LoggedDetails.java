package dev.remuda.worker;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a logging framework knows of a line beside its text.
 *
 * @param logger its name
 * @param thrown what was logged with it
 * @param mdc the mapped diagnostic context of the thread; may be empty
 */
record LoggedDetails(String logger, @Nullable Throwable thrown, Map<String, String> mdc) {
  Map<String, @Nullable Object> toMap() {
    var map = new LinkedHashMap<String, @Nullable Object>();
    map.put("logger", logger);
    if (!mdc.isEmpty()) {
      map.put("mdc", mdc);
    }
    if (thrown != null) {
      map.put("thrown", thrown);
    }
    return map;
  }

  /** Whether an argument of a line is one of these. */
  static boolean isIn(@Nullable Object argument) {
    return argument instanceof Map<?, ?> map && map.containsKey("logger");
  }
}
