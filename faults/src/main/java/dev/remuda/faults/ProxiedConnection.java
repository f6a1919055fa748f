package dev.remuda.faults;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** One client's connection through a proxy: a virtual thread carries each direction. */
final class ProxiedConnection implements AutoCloseable {
  private static final int BUFFER = 16 << 10;

  private final SocketChannel client;
  private final Network network;
  private @Nullable SocketChannel server;
  private volatile boolean forgotten;
  private volatile String state = "new";
  private final Set<Direction> ended = ConcurrentHashMap.newKeySet();
  private boolean over;

  ProxiedConnection(SocketChannel client, Network network) {
    this.client = client;
    this.network = network;
    this.forgotten = network.isLost();
  }

  /** Nothing of it arrives any more, on either side, nor its end. */
  void forget() {
    forgotten = true;
  }

  boolean isForgotten() {
    return forgotten;
  }

  /** Blocks until both sides have ended it. */
  void carry(SocketAddress target) {
    try {
      SocketChannel to = forgotten ? client : connect(target);
      if (to.equals(client)) {
        discard();
        return;
      }
      Thread answers =
          Thread.ofVirtual().name("fault-proxy").start(() -> pump(to, client, Direction.TO_CLIENT));
      pump(client, to, Direction.TO_SERVER);
      answers.join();
    } catch (IOException e) {
      cut(); // nobody is there
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a proxy", e);
    }
  }

  private SocketChannel connect(SocketAddress target) throws IOException {
    SocketChannel to =
        target instanceof UnixDomainSocketAddress
            ? SocketChannel.open(StandardProtocolFamily.UNIX)
            : SocketChannel.open();
    synchronized (this) {
      server = to;
      if (over) {
        to.close();
      }
    }
    to.connect(target);
    state = "connected";
    return to;
  }

  /** Reads until the client ends, or is reset by a heal. */
  private void discard() throws IOException {
    state = "discarding";
    ByteBuffer bytes = ByteBuffer.allocate(BUFFER);
    while (client.read(bytes) >= 0) {
      bytes.clear();
    }
  }

  private void pump(SocketChannel from, SocketChannel to, Direction direction) {
    ByteBuffer bytes = ByteBuffer.allocate(BUFFER);
    try {
      while (from.read(bytes) >= 0) {
        bytes.flip();
        if (!passOn(bytes, to, direction)) {
          cut();
          return;
        }
        bytes.clear();
      }
      network.next(0);
      if (!forgotten) {
        ended.add(direction);
        to.shutdownOutput();
      }
    } catch (IOException e) {
      if (!forgotten) {
        cut();
      }
    }
  }

  /** False when it was cut in the middle. */
  private boolean passOn(ByteBuffer bytes, SocketChannel to, Direction direction)
      throws IOException {
    int end = bytes.limit();
    while (bytes.position() < end) {
      int piece = network.next(end - bytes.position());
      if (forgotten) {
        return true;
      }
      int passes = network.admit(direction, piece);
      bytes.limit(bytes.position() + passes);
      while (bytes.hasRemaining()) {
        to.write(bytes);
      }
      if (passes < piece) {
        return false;
      }
      bytes.limit(end);
    }
    return true;
  }

  @Override
  public String toString() {
    return client + " " + state + (forgotten ? ", forgotten" : "") + ", ended " + ended;
  }

  /** Ends it on both sides now; on TCP by a reset. */
  synchronized void cut() {
    over = true;
    reset(client);
    if (server != null) {
      reset(server);
    }
  }

  private static void reset(SocketChannel channel) {
    try {
      if (channel.isOpen() && channel.getLocalAddress() instanceof InetSocketAddress) {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      }
    } catch (IOException e) {
      // The other side was faster.
    }
    close(channel);
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It is of no use any more.
    }
  }

  @Override
  public synchronized void close() {
    over = true;
    close(client);
    if (server != null) {
      close(server);
    }
  }
}
