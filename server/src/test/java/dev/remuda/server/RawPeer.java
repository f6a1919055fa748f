package dev.remuda.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.protocol.Address;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** A client that knows nothing but bytes. */
final class RawPeer implements AutoCloseable {
  private static final long PATIENCE_MILLIS = 30_000;

  private final SocketChannel channel;
  private final Selector selector;
  private final ByteBuffer in = ByteBuffer.allocate(64 << 10).limit(0);

  private RawPeer(SocketChannel channel) throws IOException {
    this.channel = channel;
    channel.configureBlocking(false);
    selector = Selector.open();
    channel.register(selector, SelectionKey.OP_READ);
  }

  static RawPeer connect(Address address) throws IOException {
    return new RawPeer(
        switch (address) {
          case Address.Unix unix -> SocketChannel.open(UnixDomainSocketAddress.of(unix.path()));
          case Address.Tcp tcp -> SocketChannel.open(new InetSocketAddress(tcp.host(), tcp.port()));
          case Address.Tls tls -> SocketChannel.open(new InetSocketAddress(tls.host(), tls.port()));
        });
  }

  void send(byte[] bytes) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    while (rest.hasRemaining()) {
      if (channel.write(rest) == 0) {
        Thread.onSpinWait();
      }
    }
  }

  void send(String text) throws IOException {
    send(text.getBytes(UTF_8));
  }

  /** The next complete text, byte for byte. */
  String receive() throws IOException {
    var text = new ByteArrayOutputStream();
    int depth = 0;
    boolean inString = false;
    boolean escaped = false;
    do {
      int b = next();
      assertThat(b).as("the connection ended after '%s'", text).isNotNegative();
      text.write(b);
      if (inString) {
        inString = escaped || b != '"';
        escaped = !escaped && b == '\\';
      } else if (b == '"') {
        inString = true;
      } else if (b == '[' || b == '{') {
        depth++;
      } else if (b == ']' || b == '}') {
        depth--;
      }
    } while (depth > 0);
    return text.toString(UTF_8);
  }

  String call(String text) throws IOException {
    send(text);
    return receive();
  }

  /** What else comes until the connection ends, however it does. */
  String rest() throws IOException {
    var text = new ByteArrayOutputStream();
    for (int b = next(); b >= 0; b = next()) {
      text.write(b);
    }
    return text.toString(UTF_8);
  }

  /** True when a byte or the end has come. */
  boolean hears(long millis) throws IOException {
    if (in.hasRemaining()) {
      return true;
    }
    selector.selectedKeys().clear();
    return selector.select(millis) > 0;
  }

  private int next() throws IOException {
    if (!in.hasRemaining()) {
      assertThat(hears(PATIENCE_MILLIS)).as("something came").isTrue();
      in.clear();
      int count;
      try {
        count = channel.read(in);
      } catch (IOException reset) {
        count = -1;
      }
      in.flip();
      if (count < 0) {
        in.limit(0);
        return -1;
      }
    }
    return in.get() & 0xFF;
  }

  void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }
}
