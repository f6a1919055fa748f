package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.MessageReader;
import dev.remuda.protocol.MessageWriter;
import dev.remuda.protocol.Meta;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server of the base protocol that serves by itself, one thread a connection, and takes down
 * whatever a peer that announced nothing must not be sent. {@code fail}, {@code die} and {@code
 * hang} do what they say; all else answers its first argument.
 */
final class ServingPeer implements AutoCloseable {
  private final ServerSocketChannel server;
  private final Path path;
  private final List<SocketChannel> all = new CopyOnWriteArrayList<>();
  private final List<String> breaches = new CopyOnWriteArrayList<>();

  ServingPeer(Path path) throws IOException {
    this.path = path;
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path), 1_000);
    Thread.ofVirtual().start(this::acceptAll);
  }

  Address address() {
    return new Address.Unix(path);
  }

  /** How many connections it has had. */
  int connections() {
    return all.size();
  }

  void nothingBreached() {
    assertThat(breaches).isEmpty();
  }

  private void acceptAll() {
    try {
      while (true) {
        SocketChannel channel = server.accept();
        all.add(channel);
        Thread.ofVirtual().start(() -> serve(channel));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void serve(SocketChannel channel) {
    var reader = new MessageReader(Limits.DEFAULTS);
    boolean first = true;
    try (channel) {
      ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
      while (channel.read(buffer) >= 0) {
        reader.feed(buffer.flip());
        buffer.clear();
        Message message = reader.next();
        while (message != null) {
          check(message, first);
          first = false;
          Message following = reader.next();
          if (message instanceof Message.Do call) {
            if (following != null) {
              breaches.add(following + " came before " + call + " was answered");
            }
            if (!answer(channel, call)) {
              return;
            }
          }
          message = following;
        }
      }
    } catch (IOException ended) {
      // By the client, or by the test.
    }
  }

  private void check(Message message, boolean first) {
    if (!(message instanceof Message.Do) && !(message instanceof Message.Dn)) {
      breaches.add("sent " + message);
    }
    Map<String, ?> meta = message.meta().entries();
    if (!(first ? List.of("c") : List.of()).containsAll(meta.keySet())) {
      breaches.add("META " + meta + " of " + message);
    }
  }

  /** False when the connection is to end. */
  private boolean answer(SocketChannel channel, Message.Do call) throws IOException {
    List<?> arguments = call.arguments();
    Message reply =
        switch (String.valueOf(arguments.getFirst())) {
          case "die", "hang" -> null;
          case "fail" -> new Message.Er(Meta.EMPTY, "no");
          default -> new Message.Ok(Meta.EMPTY, arguments.getLast());
        };
    if (reply != null) {
      var writer = new MessageWriter(Limits.DEFAULTS);
      writer.write(reply);
      ByteBuffer bytes = writer.written();
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      return true;
    }
    if (arguments.getFirst().equals("hang") && channel.read(ByteBuffer.allocate(1)) >= 0) {
      breaches.add("something was sent while " + call + " ran");
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (SocketChannel channel : all) {
      channel.close();
    }
  }
}
