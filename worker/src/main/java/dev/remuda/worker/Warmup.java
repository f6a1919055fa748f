package dev.remuda.worker;

import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.MessageReader;
import dev.remuda.protocol.MessageWriter;
import dev.remuda.protocol.Meta;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs codec and dispatch on an echo of our own, so that the first real call finds them loaded. */
final class Warmup {
  private static final String CALL =
      "[\"do\",{\"c\":{\"v\":1,\"caps\":[\"ex\"],\"name\":\"\"}},\"echo\",\"\u03bb\",17,[1.5,{\"k\":null}]]";

  private Warmup() {}

  static void run() {
    var dispatch = new MethodDispatch(Echo.class, Echo.class);
    var reader = new MessageReader(Limits.DEFAULTS);
    var writer = new MessageWriter(Limits.DEFAULTS);
    var echo = new Echo();
    for (int i = 0; i < 2; i++) {
      reader.feed(ByteBuffer.wrap(CALL.getBytes(StandardCharsets.UTF_8)));
      if (reader.next() instanceof Message.Do call) {
        answer(writer, dispatch, echo, call);
      }
    }
  }

  private static void answer(
      MessageWriter writer, MethodDispatch dispatch, Echo echo, Message.Do call) {
    try {
      writer.write(new Message.Ok(Meta.EMPTY, dispatch.call(echo, call.arguments())));
      writer.clear();
    } catch (Throwable e) {
      throw new IllegalStateException("the warm-up's own call failed", e);
    }
  }

  /** What the warm-up calls. */
  static final class Echo {
    /** Gives back what it gets. */
    public List<@Nullable Object> echo(String text, int number, List<@Nullable Object> list) {
      return List.of(text, number, list);
    }
  }
}
