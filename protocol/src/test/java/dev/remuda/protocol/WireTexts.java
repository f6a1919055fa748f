package dev.remuda.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Texts as a peer would send them, and what the reader makes of them. */
final class WireTexts {
  private WireTexts() {}

  static List<Object> list(Object... values) {
    return Arrays.asList(values);
  }

  static void feed(MessageReader reader, byte[] bytes, int from, int to) {
    reader.feed(ByteBuffer.wrap(bytes, from, to - from));
  }

  static List<Message> drain(MessageReader reader) {
    var messages = new ArrayList<Message>();
    for (Message message = reader.next(); message != null; message = reader.next()) {
      messages.add(message);
    }
    return messages;
  }

  static Message read(Limits limits, byte[] bytes) {
    var reader = new MessageReader(limits);
    feed(reader, bytes, 0, bytes.length);
    return reader.next();
  }

  static Message read(String text) {
    return read(Limits.DEFAULTS, text.getBytes(UTF_8));
  }

  static Object argument(String json) {
    return ((Message.Do) read("[\"do\",{}," + json + "]")).arguments().getFirst();
  }

  static WireException refused(Limits limits, byte[] bytes) {
    return catchThrowableOfType(WireException.class, () -> read(limits, bytes));
  }

  static WireException refused(String text) {
    return refused(Limits.DEFAULTS, text.getBytes(UTF_8));
  }
}
