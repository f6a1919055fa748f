package dev.remuda.queue;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import org.jspecify.annotations.Nullable;

/** Sends kicks as datagrams; never blocks and never fails. Safe for every thread. */
final class KickSender implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(KickSender.class.getName());

  private @Nullable DatagramChannel four;
  private @Nullable DatagramChannel six;
  private boolean closed;

  synchronized void send(KickMessage message, InetSocketAddress to) {
    try {
      DatagramChannel channel = channel(to);
      if (channel != null) {
        channel.send(message.encode(), to);
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.DEBUG, "a kick was not sent to {0}: {1}", to, e);
    }
  }

  private @Nullable DatagramChannel channel(InetSocketAddress to) throws IOException {
    if (closed) {
      return null;
    }
    if (to.getAddress() instanceof Inet6Address) {
      six = six == null ? open(StandardProtocolFamily.INET6) : six;
      return six;
    }
    four = four == null ? open(StandardProtocolFamily.INET) : four;
    return four;
  }

  private static DatagramChannel open(StandardProtocolFamily family) throws IOException {
    DatagramChannel channel = DatagramChannel.open(family);
    channel.configureBlocking(false);
    return channel;
  }

  @Override
  public synchronized void close() {
    closed = true;
    try (var first = four;
        var second = six) {
      LOG.log(Level.TRACE, "closing {0} and {1}", first, second);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "kicks were not closed in order", e);
    }
  }
}
