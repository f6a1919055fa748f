package dev.remuda.queue;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A message to be inserted, checked.
 *
 * @param runAt milliseconds since 1970; 0 for at once
 * @param delay milliseconds after the insert; 0 for none
 */
record NewMessage(
    String type,
    String data,
    long runAt,
    long delay,
    @Nullable String uniqueKey,
    @Nullable String orderKey) {
  /**
   * @throws IllegalArgumentException naming all that cannot be
   */
  static NewMessage of(String type, String data, EnqueueOptions options, int maxBytes) {
    var problems = new ArrayList<String>();
    Texts.type(type, problems);
    Texts.data(data, maxBytes, problems);
    problems.addAll(options.problems());
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    return new NewMessage(
        type,
        data,
        options.runAtMillis(),
        options.delayMillis(),
        options.uniqueKey(),
        options.orderKey());
  }

  boolean delayed() {
    return runAt > 0 || delay > 0;
  }
}
