package dev.remuda.protocol;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Any bytes as what a peer sends: in whatever pieces they come the same messages are read, and what
 * was read is read again from what is written of it. The first byte says where the pieces end.
 */
public final class ReaderFuzz {
  private static final Limits LIMITS = new Limits(2_000, 32, 50, 500);

  private ReaderFuzz() {}

  private record Heard(List<Message> messages, @Nullable Boolean overLimit) {}

  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    Heard whole = hear(input, input.length);
    Heard pieces = hear(input, 1 + (input[0] & 63));
    if (!whole.equals(pieces)) {
      throw new IllegalStateException("in pieces " + pieces + ", at once " + whole);
    }
    whole.messages().forEach(ReaderFuzz::comesBack);
  }

  private static Heard hear(byte[] input, int size) {
    var messages = new ArrayList<Message>();
    var reader = new MessageReader(LIMITS);
    try {
      for (int from = 1; from < input.length; from += size) {
        reader.feed(ByteBuffer.wrap(input, from, Math.min(size, input.length - from)));
        for (Message next = reader.next(); next != null; next = reader.next()) {
          messages.add(next);
        }
      }
      return new Heard(messages, null);
    } catch (WireException refused) {
      return new Heard(messages, refused.isOverLimit());
    }
  }

  private static void comesBack(Message message) {
    var writer = new MessageWriter(Limits.DEFAULTS);
    writer.write(message);
    var reader = new MessageReader(Limits.DEFAULTS);
    reader.feed(writer.written());
    Message again = reader.next();
    if (again == null
        || !message.code().equals(again.code())
        || !WireValues.same(message.meta().entries(), again.meta().entries())
        || !WireValues.same(message.rest(), again.rest())) {
      throw new IllegalStateException("written " + message + ", read " + again);
    }
  }
}
