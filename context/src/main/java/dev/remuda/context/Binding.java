package dev.remuda.context;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What is bound, and the bindings around it; of each key there is one, so that a chain of callbacks
 * which each bind anew does not keep what nobody can see any more.
 */
record Binding(FrameLocal<?> key, Object value, @Nullable Binding outer) {
  /** One more, in the place of what {@code outer} has of that key. */
  static Binding of(FrameLocal<?> key, Object value, @Nullable Binding outer) {
    return new Binding(key, value, without(key, outer));
  }

  private static @Nullable Binding without(FrameLocal<?> key, @Nullable Binding all) {
    Binding found = all;
    while (found != null && found.key != key) {
      found = found.outer;
    }
    if (found == null) {
      return all;
    }
    Deque<Binding> nearer = new ArrayDeque<>();
    for (Binding each = all; each != null && each.key != key; each = each.outer) {
      nearer.push(each);
    }
    Binding rest = found.outer;
    for (Binding each : nearer) {
      rest = new Binding(each.key, each.value, rest);
    }
    return rest;
  }
}
