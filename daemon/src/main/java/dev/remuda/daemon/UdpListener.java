package dev.remuda.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Hears kicks by datagrams, on a thread of its own. It takes all that have come, tells of them, and
 * rests for a moment: a flood costs what reading the socket's buffer a thousand times a second
 * does.
 */
final class UdpListener implements ActiveKick {
  private static final System.Logger LOG = System.getLogger("dev.remuda.daemon");
  private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** How many are taken at once; the rest is there the next time. */
  private static final int MOST = 10_000;

  private final List<DatagramChannel> channels;
  private final Selector selector;
  private final KickTarget target;
  private final String addresses;

  /** Nothing in a kick is looked at. */
  private final ByteBuffer ignored = ByteBuffer.allocateDirect(1);

  private UdpListener(List<DatagramChannel> channels, KickTarget target) throws IOException {
    this.channels = channels;
    this.target = target;
    addresses =
        UdpSockets.addresses(channels).stream()
            .map(UdpSockets::text)
            .collect(Collectors.joining(" "));
    selector = Selector.open();
    for (DatagramChannel channel : channels) {
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
    }
  }

  static UdpListener start(List<InetAddress> at, int port, KickTarget target) throws IOException {
    List<DatagramChannel> channels = UdpSockets.open(at, port, 0);
    try {
      var listener = new UdpListener(channels, target);
      Thread.ofPlatform().daemon().name("remuda-kick-udp").start(listener::listen);
      return listener;
    } catch (IOException e) {
      UdpSockets.close(channels);
      throw e;
    }
  }

  private void listen() {
    while (selector.isOpen()) {
      try {
        selector.select();
        selector.selectedKeys().clear();
        int count = 0;
        for (DatagramChannel channel : channels) {
          count += take(channel, MOST - count);
        }
        if (count > 0) {
          target.kicked(count);
        }
      } catch (ClosedSelectorException e) {
        return;
      } catch (IOException | RuntimeException e) {
        if (selector.isOpen()) {
          LOG.log(System.Logger.Level.WARNING, "kicks at " + addresses + " go on after this", e);
        }
      }
      LockSupport.parkNanos(this, REST_NANOS);
    }
  }

  private int take(DatagramChannel channel, int most) throws IOException {
    int count = 0;
    while (count < most && channel.isOpen() && channel.receive(ignored.clear()) != null) {
      count++;
    }
    return count;
  }

  @Override
  public String state() {
    return addresses;
  }

  @Override
  public void close() {
    try {
      selector.close();
    } catch (IOException e) {
      // Its channels are closed all the same.
    }
    UdpSockets.close(channels);
  }
}
