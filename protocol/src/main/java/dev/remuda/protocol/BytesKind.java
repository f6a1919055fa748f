package dev.remuda.protocol;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A byte array, which JSON carries as a base64 string. */
record BytesKind() implements Kind {

  @Override
  public @Nullable Object read(@Nullable Object wire, Trail trail) {
    if (wire == null) {
      return null;
    }
    if (!(wire instanceof String text)) {
      throw ConversionException.mismatch(trail, "base64 string", wire);
    }
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException malformed) {
      throw ConversionException.mismatch(trail, "base64 string", wire, malformed);
    }
  }
}
