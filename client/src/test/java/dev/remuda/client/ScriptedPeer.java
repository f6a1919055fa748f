package dev.remuda.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.protocol.Address;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A real server socket whose side of each connection is written down by the test. */
final class ScriptedPeer implements AutoCloseable {
  /** What a client named "t" says of itself. */
  static final String CLIENT =
      "{\"c\":{\"v\":1,\"caps\":[\"ex\",\"ab\",\"rd\",\"dl\",\"rt\",\"pipe\",\"pr\",\"tp\",\"lg\"],\"name\":\"t\"}}";

  /** What a worker with all but {@code rd} says of itself. */
  static final String WORKER =
      "{\"w\":{\"v\":1,\"pid\":4711,\"id\":\"w(1)\",\"caps\":[\"ex\",\"ab\"]}}";

  private static final long PATIENCE_SECONDS = 20;

  /** What a worker with just these capabilities says of itself. */
  static String worker(String... capabilities) {
    return "{\"w\":{\"v\":1,\"pid\":4711,\"id\":\"w(1)\",\"caps\":[\""
        + String.join("\",\"", capabilities)
        + "\"]}}";
  }

  private final ServerSocketChannel server;
  private final Address address;
  private final BlockingQueue<SocketChannel> accepted = new LinkedBlockingQueue<>();
  private final List<SocketChannel> all = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  private ScriptedPeer(ServerSocketChannel server, Address address) {
    this.server = server;
    this.address = address;
    Thread.ofPlatform().name("scripted-peer").daemon().start(this::acceptAll);
  }

  static ScriptedPeer unix(Path path) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
    return new ScriptedPeer(server, new Address.Unix(path));
  }

  static ScriptedPeer tcp() throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
    return new ScriptedPeer(server, new Address.Tcp("127.0.0.1", port));
  }

  Address address() {
    return address;
  }

  private void acceptAll() {
    try {
      while (true) {
        SocketChannel channel = server.accept();
        all.add(channel);
        if (closed) {
          channel.close(); // it came in the last moment
        }
        accepted.add(channel);
      }
    } catch (IOException closed) {
      // The script is over.
    }
  }

  /** The next connection that the client makes. */
  Line accept() throws Exception {
    SocketChannel channel = accepted.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(channel).as("a connection from the client").isNotNull();
    return new Line(channel);
  }

  /** How many connections the client has made that the script has not taken. */
  int untaken() {
    return accepted.size();
  }

  /** How many connections the client has made. */
  int connections() {
    return all.size();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    server.close();
    for (SocketChannel channel : all) {
      channel.close();
    }
    if (address instanceof Address.Unix(Path path)) {
      Files.deleteIfExists(path);
    }
  }

  /** One connection, the worker's side of it. */
  static final class Line {
    private final SocketChannel channel;

    private Line(SocketChannel channel) {
      this.channel = channel;
    }

    /** Reads exactly this; anything else fails with what came. */
    Line expect(String json) throws IOException {
      byte[] wanted = json.getBytes(UTF_8);
      var came = new ByteArrayOutputStream();
      while (came.size() < wanted.length) {
        ByteBuffer buffer = ByteBuffer.allocate(wanted.length - came.size());
        if (channel.read(buffer) < 0) {
          break;
        }
        came.write(buffer.array(), 0, buffer.position());
        if (buffer.position() > 0 && buffer.get(buffer.position() - 1) == ']') {
          assertThat(json).startsWith(came.toString(UTF_8));
        }
      }
      assertThat(came.toString(UTF_8)).isEqualTo(json);
      return this;
    }

    /** The client's greeting comes and is answered. */
    Line greet() throws IOException {
      return greet(WORKER);
    }

    Line greet(String worker) throws IOException {
      return expect("[\"hi\"," + CLIENT + "]").send("[\"hi\"," + worker + "]");
    }

    /** A call of a method without arguments on a connection that was greeted before. */
    Line expectCall(String method) throws IOException {
      return expect("[\"do\",{},\"" + method + "\"]");
    }

    /** The first call of a connection that was not greeted. */
    Line expectFirstCall(String method) throws IOException {
      return expect("[\"do\"," + CLIENT + ",\"" + method + "\"]");
    }

    /** Reads this, a number, and the end of the message. */
    int expectNumber(String before) throws IOException {
      return expectNumber(before, ']');
    }

    /** A call of a method without arguments that says what is left of its deadline: that. */
    int expectTimed(String method) throws IOException {
      int millis = expectNumber("[\"do\",{\"dl\":", '}');
      expect(",\"" + method + "\"]");
      return millis;
    }

    private int expectNumber(String before, char after) throws IOException {
      expect(before);
      var digits = new StringBuilder();
      ByteBuffer one = ByteBuffer.allocate(1);
      while (channel.read(one) > 0 && one.get(0) != after) {
        digits.append((char) one.get(0));
        one.clear();
      }
      return Integer.parseInt(digits.toString());
    }

    Line send(String text) throws IOException {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      return this;
    }

    Line sendByteByByte(String text) throws IOException {
      for (byte b : text.getBytes(UTF_8)) {
        channel.write(ByteBuffer.wrap(new byte[] {b}));
        Thread.onSpinWait();
      }
      return this;
    }

    Line answer(String value) throws IOException {
      return send("[\"ok\",{}," + value + "]");
    }

    /** The client ends the connection, and says nothing more before. */
    void expectEnd() throws IOException {
      ByteBuffer one = ByteBuffer.allocate(200);
      int read;
      try {
        read = channel.read(one);
      } catch (IOException reset) {
        return;
      }
      assertThat(new String(one.array(), 0, one.position(), UTF_8)).isEmpty();
      assertThat(read).isNegative();
    }

    /** True when something can be read at this moment. */
    boolean hasUnread() throws IOException {
      channel.configureBlocking(false);
      try (Selector selector = Selector.open()) {
        channel.register(selector, SelectionKey.OP_READ);
        return selector.selectNow() == 1;
      } finally {
        channel.configureBlocking(true);
      }
    }

    /** Nothing more has come so far from a client whose loop has done all that it had to do. */
    Line expectNothingFrom(TaskClient client) throws IOException {
      client.stats(); // what the loop had to do is done,
      client.stats(); // and what it had to send is sent
      ByteBuffer some = ByteBuffer.allocate(200);
      channel.configureBlocking(false);
      channel.read(some);
      channel.configureBlocking(true);
      assertThat(new String(some.array(), 0, some.position(), UTF_8)).isEmpty();
      return this;
    }

    /** Waits until something can be read, and leaves it unread. */
    Line awaitUnread() throws IOException {
      channel.configureBlocking(false);
      try (Selector selector = Selector.open()) {
        channel.register(selector, SelectionKey.OP_READ);
        assertThat(selector.select(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS))).isEqualTo(1);
      }
      channel.configureBlocking(true);
      return this;
    }

    /** Ends the connection while what the client sent is unread. */
    void reset() throws IOException {
      awaitUnread();
      if (channel.getLocalAddress() instanceof InetSocketAddress) {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      }
      channel.close();
    }

    void close() throws IOException {
      channel.close();
    }
  }
}
