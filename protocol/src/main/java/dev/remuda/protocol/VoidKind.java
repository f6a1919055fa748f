package dev.remuda.protocol;

import org.jspecify.annotations.Nullable;

/** Nothing is made, whatever the peer sent: a dynamic one always returns something. */
record VoidKind() implements Kind {

  @Override
  public @Nullable Object read(@Nullable Object wire, Trail trail) {
    return null;
  }
}
