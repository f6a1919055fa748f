package dev.remuda.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Any bytes as the META of a message: greetings, failures, numbers and logs of any shape are read
 * or count as absent, and what was read of a greeting or a failure can be said again.
 */
public final class MetaFuzz {
  private static final byte[] BEFORE = "[\"hi\",".getBytes(StandardCharsets.UTF_8);

  private MetaFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    var reader = new MessageReader(Limits.DEFAULTS);
    reader.feed(ByteBuffer.wrap(BEFORE));
    reader.feed(ByteBuffer.wrap(input));
    reader.feed(ByteBuffer.wrap(new byte[] {']'}));
    Message message;
    try {
      message = reader.next();
    } catch (WireException refused) {
      return;
    }
    if (message != null) {
      look(message.meta());
    }
  }

  private static void look(Meta meta) {
    ClientHello client = meta.client();
    same(client, client == null ? null : again(Meta.of(client)).client());
    WorkerHello worker = meta.worker();
    same(worker, worker == null ? null : again(Meta.of(worker)).worker());
    Failure failure = meta.failure();
    same(failure, failure == null ? null : again(Meta.EMPTY.and(failure)).failure());
    long least = Math.min(Math.min(meta.millisLeft(), meta.verbosity()), meta.batch());
    if (least < -1 || meta.window() < 0 || meta.taken() < 0) {
      throw new IllegalStateException("a number below its least: " + meta);
    }
    boolean dump = meta.dump() != null;
    boolean log = meta.log() != null;
    if ((dump && !meta.entries().containsKey("dump"))
        || (log && !meta.entries().containsKey("ld"))) {
      throw new IllegalStateException("made up: " + meta);
    }
  }

  private static Meta again(Meta meta) {
    var writer = new MessageWriter(Limits.DEFAULTS);
    writer.write(new Message.Hi(meta));
    var reader = new MessageReader(Limits.DEFAULTS);
    reader.feed(writer.written());
    Message message = reader.next();
    if (message == null) {
      throw new IllegalStateException("half a message is written of " + meta);
    }
    return message.meta();
  }

  private static void same(@Nullable Object first, @Nullable Object second) {
    if (!Objects.equals(first, second)) {
      throw new IllegalStateException("read " + first + ", said again " + second);
    }
  }
}
