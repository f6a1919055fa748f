package dev.remuda.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Single values as JSON text, read and written exactly as inside a message: for programs that take
 * arguments from people and show results to them. Nothing here blocks; safe for use by any thread.
 */
public final class JsonText {
  private JsonText() {}

  /**
   * The wire value (see {@link WireType}) of one JSON text.
   *
   * @throws IllegalArgumentException saying what is wrong, when it is none, more than one, or past
   *     {@link Limits#DEFAULTS}
   */
  public static @Nullable Object read(String json) {
    try {
      return new MessageParser(Limits.DEFAULTS).parseValue(json);
    } catch (JsonProcessingException e) {
      long at = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getCharOffset());
      throw new IllegalArgumentException(e.getOriginalMessage() + " at character " + at, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * One line of JSON.
   *
   * @throws UnwritableValueException when something in {@code value} is of no kind that can travel
   */
  public static String write(@Nullable Object value) {
    var text = new StringWriter();
    try (JsonGenerator json = Json.factory(Limits.DEFAULTS).createGenerator(text)) {
      ValueWriter.write(json, value, Limits.DEFAULTS.nesting());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
