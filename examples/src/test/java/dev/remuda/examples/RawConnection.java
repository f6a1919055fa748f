package dev.remuda.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.MessageReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A client that sends bytes as they are given, and reads messages. */
final class RawConnection implements AutoCloseable {
  private final SocketChannel channel;
  private final MessageReader reader = new MessageReader(Limits.DEFAULTS);

  RawConnection(Path socket) throws IOException {
    channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(socket));
  }

  void send(String text) throws IOException {
    send(text.getBytes(UTF_8), 0, text.getBytes(UTF_8).length);
  }

  void send(byte[] bytes, int from, int count) throws IOException {
    channel.write(ByteBuffer.wrap(bytes, from, count));
  }

  /** The next message; null at the end of the connection. Blocks. */
  Message next() throws IOException {
    while (true) {
      Message message = reader.next();
      if (message != null || reader.readFrom(channel) < 0) {
        return message;
      }
    }
  }

  /** What a call with these arguments, as JSON, is answered with. */
  Message call(String arguments) throws IOException {
    send("[\"do\",{}," + arguments + "]");
    return next();
  }

  /** A message as a list of its code, META and what follows. */
  static List<Object> whole(Message message) {
    var all = new ArrayList<Object>();
    all.add(message.code());
    all.add(message.meta().entries());
    all.addAll(message.rest());
    return all;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
