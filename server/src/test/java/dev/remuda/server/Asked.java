package dev.remuda.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.MessageReader;
import dev.remuda.protocol.WorkerExit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Questions to a control address, by raw bytes, and what the answers mean. */
final class Asked {
  private Asked() {}

  static @Nullable Object ok(String reply) {
    assertThat(reply).startsWith("[\"ok\",{},");
    var reader = new MessageReader(Limits.DEFAULTS);
    reader.feed(ByteBuffer.wrap(reply.getBytes(UTF_8)));
    return ((Message.Ok) Objects.requireNonNull(reader.next())).result();
  }

  /** The value that a command gives. */
  static @Nullable Object ask(RunningServer running, String words) throws IOException {
    try (RawPeer peer = running.ask()) {
      return ok(peer.call("[\"do\",{}," + words + "]"));
    }
  }

  static Map<?, ?> map(RunningServer running, String words) throws IOException {
    return (Map<?, ?>) Objects.requireNonNull(ask(running, words));
  }

  /** How a worker ended, asked by one who waits up to ten seconds. */
  static WorkerExit autopsy(RunningServer running, String id) throws IOException {
    try (RawPeer peer = running.ask()) {
      String reply = peer.call("[\"do\",{\"dl\":10000},\"autopsy\",\"" + id + "\"]");
      WorkerExit exit = WorkerExit.fromWire(ok(reply));
      assertThat(exit).as(reply).isNotNull();
      return Objects.requireNonNull(exit);
    }
  }
}
