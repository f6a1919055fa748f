package dev.remuda.queue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/**
 * Receives kicks by datagrams, on one thread. The first of a burst is passed on at once, what comes
 * within the next millisecond at its end and once per type: a flood costs no more than that.
 */
final class KickReceiver implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(KickReceiver.class.getName());
  private static final long GAP_NANOS = 1_000_000;
  private static final int MOST_PENDING = 1_000;
  private static final int MOST_AT_ONCE = 1_000;

  private final long queue;
  private final LongConsumer onKick;
  private final LongConsumer onTest;
  private final Selector selector;
  private final List<DatagramChannel> channels = new ArrayList<>();
  private final List<InetSocketAddress> addresses = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocate(KickMessage.SIZE + 1);
  private final Set<Long> pending = new HashSet<>();
  private final LongAdder received = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final Thread thread;
  private long open = System.nanoTime();

  /**
   * @param onKick gets the hash of the type
   * @param onTest gets the number of a test
   */
  KickReceiver(long queue, List<InetAddress> where, LongConsumer onKick, LongConsumer onTest) {
    this.queue = queue;
    this.onKick = onKick;
    this.onTest = onTest;
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException("no selector for kicks", e);
    }
    where.forEach(this::bind);
    thread = Thread.ofPlatform().daemon(true).name("remuda-queue-kicks").start(this::run);
  }

  /** A machine without one of the families does without: polling is always right. */
  private void bind(InetAddress address) {
    try {
      DatagramChannel channel = DatagramChannel.open();
      channels.add(channel);
      channel.bind(new InetSocketAddress(address, 0));
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
      if (channel.getLocalAddress() instanceof InetSocketAddress bound) {
        addresses.add(new InetSocketAddress(address, bound.getPort()));
      }
    } catch (IOException e) {
      LOG.log(Level.INFO, "no kicks by datagrams on {0}: {1}", address, e.getMessage());
    }
  }

  List<InetSocketAddress> addresses() {
    return List.copyOf(addresses);
  }

  /** Kicks of this queue. */
  long received() {
    return received.sum();
  }

  /** Datagrams that were none. */
  long refused() {
    return refused.sum();
  }

  private void run() {
    while (selector.isOpen()) {
      try {
        long wait = pending.isEmpty() ? 0 : Math.max(1, (open - System.nanoTime()) / 1_000_000);
        selector.select(wait);
        if (!selector.isOpen()) {
          return;
        }
        selector.selectedKeys().clear();
        for (DatagramChannel channel : channels) {
          read(channel);
        }
        pass();
      } catch (IOException | RuntimeException e) {
        LOG.log(Level.WARNING, "a kick could not be received", e);
      }
    }
  }

  private void read(DatagramChannel channel) throws IOException {
    for (int i = 0; i < MOST_AT_ONCE && channel.isOpen(); i++) {
      buffer.clear();
      if (channel.receive(buffer) == null) {
        return;
      }
      KickMessage.decode(buffer.flip())
          .filter(kick -> kick.queue() == queue)
          .ifPresentOrElse(this::take, refused::increment);
    }
  }

  private void take(KickMessage message) {
    switch (message.kind()) {
      case KICK -> {
        received.increment();
        pending.add(pending.size() < MOST_PENDING ? message.value() : KickMessage.EVERY_TYPE);
      }
      case TEST -> onTest.accept(message.value());
    }
  }

  private void pass() {
    long now = System.nanoTime();
    if (pending.isEmpty() || now - open < 0) {
      return;
    }
    open = now + GAP_NANOS;
    pending.forEach(onKick::accept);
    pending.clear();
  }

  @Override
  public void close() {
    try {
      selector.close();
      for (DatagramChannel channel : channels) {
        channel.close();
      }
      thread.join();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "kicks were not closed in order", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
