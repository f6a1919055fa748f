package dev.remuda.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands between clients and one server and passes on what they say, over unix sockets or TCP,
 * until it is told to do worse. Its methods are safe for use by any thread; none but {@link #close}
 * blocks.
 *
 * <p>It reads what it does not pass on, so that a client of a connection that is cut hears an end,
 * and not the reset by which the kernel proves that nothing was read.
 */
public final class FaultProxy implements AutoCloseable {
  private final ServerSocketChannel listener;
  private final SocketAddress target;
  private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
  private final Network network = new Network();
  private final Thread acceptor;

  private FaultProxy(ServerSocketChannel listener, SocketAddress target) {
    this.listener = listener;
    this.target = target;
    this.acceptor = Thread.ofVirtual().name("fault-proxy").start(this::acceptAll);
  }

  /**
   * Listens at {@code address}, with port 0 for any, and passes on to {@code target}, which need
   * not be there yet.
   *
   * @throws UncheckedIOException when it cannot listen there
   */
  public static FaultProxy open(SocketAddress address, SocketAddress target) {
    try {
      boolean unix = address instanceof UnixDomainSocketAddress;
      ServerSocketChannel listener =
          unix ? ServerSocketChannel.open(StandardProtocolFamily.UNIX) : ServerSocketChannel.open();
      listener.bind(address);
      return new FaultProxy(listener, target);
    } catch (IOException e) {
      throw new UncheckedIOException("no proxy at " + address, e);
    }
  }

  /** Where it listens. */
  public SocketAddress address() {
    try {
      return listener.getLocalAddress();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The port where it listens on TCP. */
  public int port() {
    return ((InetSocketAddress) address()).getPort();
  }

  /** How many connections it carries now, those included on which nothing passes any more. */
  public int connections() {
    return connections.size();
  }

  /** Each piece takes so much longer, in either direction; zero for no longer. */
  public void delay(Duration time) {
    network.delay(time);
  }

  /** No more than so many bytes pass in a second, in either direction; 0 for any number. */
  public void throttle(int bytesPerSecond) {
    network.throttle(bytesPerSecond);
  }

  /**
   * A network that is cut for a while: nothing passes, nothing is lost, and {@link #heal} ends it.
   */
  public void hold() {
    network.hold();
  }

  /**
   * A host that is gone without a word: what is sent is lost, an end too, on new connections as
   * well. After {@link #heal} new ones pass, and the others are reset, as by a host that has
   * forgotten them.
   */
  public void lose() {
    connections.forEach(ProxiedConnection::forget);
    network.lose();
    connections.forEach(ProxiedConnection::forget); // those that came meanwhile
  }

  /** Ends all connections now; on TCP by a reset. */
  public void cut() {
    connections.forEach(ProxiedConnection::cut);
  }

  /** Ends the connection on which that byte passes, before what follows it, once. */
  public void cutAfter(Direction direction, int bytes) {
    network.cutAfter(direction, bytes);
  }

  /** All is well again, for what comes from now on. */
  public void heal() {
    network.heal();
    for (ProxiedConnection each : List.copyOf(connections)) {
      if (each.isForgotten()) {
        each.cut();
      }
    }
  }

  private void acceptAll() {
    try {
      while (true) {
        SocketChannel client = listener.accept();
        Thread.ofVirtual().name("fault-proxy").start(() -> carry(client));
      }
    } catch (IOException e) {
      // It is closed.
    }
  }

  private void carry(SocketChannel client) {
    try (var connection = new ProxiedConnection(client, network)) {
      connections.add(connection);
      try {
        connection.carry(target);
      } finally {
        connections.remove(connection);
      }
    }
  }

  /** What it carries. */
  @Override
  public String toString() {
    return "proxy to " + target + " with " + connections;
  }

  /** Ends all that there is, and waits until nothing of it runs any more. */
  @Override
  public void close() {
    SocketAddress own = address();
    try {
      listener.close();
      if (own instanceof UnixDomainSocketAddress unix) {
        Files.deleteIfExists(unix.getPath());
      }
      acceptor.join();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    network.heal();
    while (!connections.isEmpty()) {
      cut();
      LockSupport.parkNanos(1_000_000);
    }
  }
}
