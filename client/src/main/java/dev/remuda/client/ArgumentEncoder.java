package dev.remuda.client;

import dev.remuda.protocol.Limits;
import dev.remuda.protocol.MessageWriter;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Encodes arguments on the thread that makes the call: so they are read while they are still what
 * the caller meant, and the loop has less to do. Safe for use by any thread.
 */
final class ArgumentEncoder {
  private final Queue<MessageWriter> spare = new ConcurrentLinkedQueue<>();

  byte[] encode(List<? extends @Nullable Object> arguments) {
    MessageWriter writer = spare.poll();
    if (writer == null) {
      writer = new MessageWriter(Limits.DEFAULTS);
    }
    try {
      return writer.encode(arguments);
    } finally {
      writer.clear();
      spare.add(writer);
    }
  }
}
