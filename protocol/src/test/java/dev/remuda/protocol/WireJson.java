package dev.remuda.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/** Single JSON texts to Java values and back, by the codec itself. */
final class WireJson {
  private WireJson() {}

  static String write(@Nullable Object value) {
    return JsonText.write(value);
  }

  static String write(@Nullable Object value, int maxDepth) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = Json.factory(Limits.DEFAULTS).createGenerator(text)) {
      ValueWriter.write(out, value, maxDepth);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return text.toString();
  }

  static @Nullable Object parse(String json) {
    return JsonText.read(json);
  }

  static @Nullable Object read(Type type, String json) {
    return WireType.of(type).read(parse(json));
  }
}
