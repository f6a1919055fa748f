package dev.remuda.protocol;

import org.jspecify.annotations.Nullable;

/** The wire value itself, for a declared type that asks for nothing else. */
record ObjectKind() implements Kind {

  @Override
  public @Nullable Object read(@Nullable Object wire, Trail trail) {
    return wire;
  }
}
