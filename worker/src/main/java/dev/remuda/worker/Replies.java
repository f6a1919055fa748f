package dev.remuda.worker;

import dev.remuda.protocol.Failure;
import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.MessageWriter;
import dev.remuda.protocol.Meta;
import dev.remuda.protocol.UnwritableValueException;
import dev.remuda.protocol.WireException;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the main thread answers: encoded while the call still counts as running, then sent. */
final class Replies {
  private static final String DROPPED = "dropped";

  private final Outbox outbox;
  private final MessageWriter writer = new MessageWriter(Limits.DEFAULTS);

  Replies(Outbox outbox) {
    this.outbox = outbox;
  }

  /**
   * Writes a reply, or why it cannot be written: a result's own code may throw anything.
   *
   * @return true for a result, false for an error
   */
  boolean encode(Message reply, Meta greeting) {
    String problem;
    try {
      writer.write(reply);
      return reply instanceof Message.Ok;
    } catch (VirtualMachineError e) {
      throw e;
    } catch (UnwritableValueException e) {
      problem = "interface returned what cannot travel: " + e.getMessage();
    } catch (WireException e) {
      Message shorter = withoutLog(reply, e);
      if (shorter != null) {
        return encode(shorter, greeting);
      }
      problem = "error encoding interface output: " + e.getMessage();
    } catch (Throwable e) {
      problem = "error encoding interface output: " + Failures.text(e);
    }
    writer.write(new Message.Er(greeting, Failure.wellFormed(problem)));
    return false;
  }

  /** The log gives way to the result, or to the error; null where that has happened already. */
  private static @Nullable Message withoutLog(Message reply, WireException e) {
    Map<?, ?> log = reply.meta().log();
    if (log == null || log.containsKey(DROPPED)) {
      return null;
    }
    String why = "with it the reply was too large: " + e.getMessage();
    Meta meta = reply.meta().andLog(Map.of(DROPPED, 1L, "data", Map.of("log dropped", why)));
    if (reply instanceof Message.Ok ok) {
      return new Message.Ok(meta, ok.result());
    }
    return reply instanceof Message.Er er ? new Message.Er(meta, er.error()) : null;
  }

  void send(Message message) throws IOException {
    writer.write(message);
    sendEncoded();
  }

  void sendEncoded() throws IOException {
    try {
      outbox.send(writer.written());
    } finally {
      writer.clear();
    }
  }
}
