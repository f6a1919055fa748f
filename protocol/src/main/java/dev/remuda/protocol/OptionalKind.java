package dev.remuda.protocol;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An Optional: null is an empty one. */
record OptionalKind(Kind value) implements Kind {

  @Override
  public Object read(@Nullable Object wire, Trail trail) {
    return wire == null ? Optional.empty() : Optional.ofNullable(value.read(wire, trail));
  }
}
