package dev.remuda.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns messages into the bytes of a connection, one behind the other, in a buffer that its owner
 * drains. Owned by one thread at a time. A message that cannot be written leaves no byte behind.
 */
public final class MessageWriter {
  private static final byte[] DO = "[\"do\",".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NO_META = "{}".getBytes(StandardCharsets.US_ASCII);
  private static final int INITIAL_BYTES = 1 << 10;

  /** What code and META of a call may need beside its arguments. */
  private static final int RESERVED_BYTES = 1 << 10;

  private static final int KEPT_BYTES = 1 << 20;

  private final Limits limits;
  private final JsonFactory factory;
  private final Sink sink = new Sink();
  private @Nullable JsonGenerator generator;

  /** A writer that refuses to exceed {@code limits}. */
  public MessageWriter(Limits limits) {
    this.limits = limits;
    this.factory = Json.factory(limits);
  }

  /**
   * Appends one message.
   *
   * @throws UnwritableValueException when a value in it is of no kind that can travel, is nested
   *     too deep, or holds an unpaired surrogate
   * @throws WireException when it is over the limit
   */
  public void write(Message message) {
    int mark = sink.length;
    try {
      JsonGenerator json = generator();
      json.writeStartArray();
      json.writeString(message.code());
      ValueWriter.write(json, message.meta().entries(), limits.nesting() - 1);
      for (Object value : message.rest()) {
        ValueWriter.write(json, value, limits.nesting() - 1);
      }
      json.writeEndArray();
      json.flush();
      checkSize(mark);
    } catch (IOException e) {
      undo(mark);
      throw unwritable(e);
    } catch (RuntimeException | Error e) {
      undo(mark);
      throw e;
    }
  }

  /**
   * The arguments of a call as they stand on the wire, to be sent later by {@link #writeDo}: so the
   * values are read when the call is made, and never again.
   *
   * @throws UnwritableValueException as {@link #write}
   * @throws WireException as {@link #write}
   */
  public byte[] encode(List<? extends @Nullable Object> arguments) {
    int mark = sink.length;
    try {
      for (Object argument : arguments) {
        sink.write(',');
        value(argument);
      }
      checkSize(mark - RESERVED_BYTES);
      byte[] encoded = Arrays.copyOfRange(sink.bytes, mark, sink.length);
      sink.length = mark;
      return encoded;
    } catch (RuntimeException | Error e) {
      undo(mark);
      throw e;
    }
  }

  /**
   * Appends a call whose arguments {@link #encode} has made.
   *
   * @param meta what else it carries
   * @param millisLeft of its deadline ({@code dl}), -1 for none
   * @param batch the number of its batch ({@code b}), 0 for none
   * @param window how many progress values it takes ahead ({@code pr}), 0 for none
   */
  public void writeDo(
      Meta meta, long millisLeft, long batch, long window, byte[] encodedArguments) {
    int mark = sink.length;
    try {
      sink.write(DO);
      if (meta.entries().isEmpty()) {
        writeNumbers(millisLeft, batch, window);
      } else {
        value(withNumbers(meta, millisLeft, batch, window).entries());
      }
      sink.write(encodedArguments);
      sink.write(']');
      checkSize(mark);
    } catch (RuntimeException | Error e) {
      undo(mark);
      throw e;
    }
  }

  private static Meta withNumbers(Meta meta, long millisLeft, long batch, long window) {
    Meta all = millisLeft < 0 ? meta : meta.andMillisLeft(millisLeft);
    all = batch == 0 ? all : all.andBatch(batch);
    return window == 0 ? all : all.andWindow(window);
  }

  /** By hand, since nearly every call has one of them. */
  private void writeNumbers(long millisLeft, long batch, long window) {
    if (millisLeft < 0 && batch == 0 && window == 0) {
      sink.write(NO_META);
      return;
    }
    var text = new StringBuilder(48);
    append(text, "dl", millisLeft, -1);
    append(text, "b", batch, 0);
    append(text, "pr", window, 0);
    sink.write(text.append('}').toString().getBytes(StandardCharsets.US_ASCII));
  }

  private static void append(StringBuilder text, String key, long number, long none) {
    if (number != none) {
      text.append(text.isEmpty() ? "{\"" : ",\"").append(key).append("\":").append(number);
    }
  }

  /** What was written and not yet cleared, valid until the next call on this writer. */
  public ByteBuffer written() {
    return ByteBuffer.wrap(sink.bytes, 0, sink.length);
  }

  /** Forgets what was written. */
  public void clear() {
    sink.length = 0;
    if (sink.bytes.length > KEPT_BYTES) {
      sink.bytes = new byte[INITIAL_BYTES];
    }
  }

  private void value(@Nullable Object value) {
    try {
      JsonGenerator json = generator();
      ValueWriter.write(json, value, limits.nesting() - 1);
      json.flush();
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private static RuntimeException unwritable(IOException e) {
    return e instanceof com.fasterxml.jackson.core.JsonProcessingException json
        ? new UnwritableValueException(json.getOriginalMessage(), json)
        : new UncheckedIOException(e);
  }

  private void checkSize(int mark) {
    if (sink.length - mark > limits.messageBytes()) {
      throw sink.tooLarge(sink.length - mark);
    }
  }

  /** Whatever a value's own code threw: the next message must not follow half of this one. */
  private void undo(int mark) {
    sink.length = mark;
    generator = null; // it stands within a half-written value
  }

  private JsonGenerator generator() throws RuntimeException {
    if (generator == null) {
      try {
        generator = factory.createGenerator(sink);
        generator.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return generator;
  }

  /** A byte array that grows to the limit and not beyond. */
  private final class Sink extends OutputStream {
    private byte[] bytes = new byte[INITIAL_BYTES];
    private int length;

    @Override
    public void write(int b) {
      makeRoom(1);
      bytes[length++] = (byte) b;
    }

    @Override
    public void write(byte[] source) {
      write(source, 0, source.length);
    }

    @Override
    public void write(byte[] source, int from, int count) {
      makeRoom(count);
      System.arraycopy(source, from, bytes, length, count);
      length += count;
    }

    private void makeRoom(int count) {
      if (bytes.length - length < count) {
        long needed = (long) length + count;
        if (needed > 2L * limits.messageBytes() + INITIAL_BYTES) {
          throw tooLarge(needed);
        }
        bytes = Arrays.copyOf(bytes, (int) Math.max(needed, Math.min(2L * bytes.length, 1 << 30)));
      }
    }

    private WireException tooLarge(long size) {
      return new WireException(
          "message of "
              + size
              + " bytes or more is over the limit of "
              + limits.messageBytes()
              + " bytes",
          0,
          "");
    }
  }
}
