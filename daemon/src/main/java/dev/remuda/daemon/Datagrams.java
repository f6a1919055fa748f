package dev.remuda.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Receives datagrams at a port, of the loopback unless other addresses are given. Each address has
 * a thread of its own that does nothing but read and call the handler, so that nothing else in the
 * process makes the kernel's buffer overflow; what it drops all the same is counted.
 */
public final class Datagrams implements Endpoint {
  /** The longest datagram that there is, in bytes: over IPv6 without jumbograms. */
  public static final int MAX_SIZE = 65_527;

  private static final System.Logger LOG = System.getLogger("dev.remuda.daemon");
  private static final int MAX_BUFFER = 1 << 30;
  private static final int MAX_REASON = 200;

  /** Failures of the handler are logged this often at the most: anybody may cause them. */
  private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String name;
  private final int port;
  private final List<InetAddress> addresses;
  private final int receiveBuffer;
  private final int maxSize;
  private final DatagramHandler handler;

  private final LongAdder received = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder malformed = new LongAdder();
  private final LongAdder oversized = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final AtomicLong nextLog = new AtomicLong(System.nanoTime());
  private volatile @Nullable String lastMalformed;
  private volatile List<DatagramChannel> channels = List.of();
  private volatile long closedDrops;

  private Datagrams(
      String name,
      int port,
      List<InetAddress> addresses,
      int receiveBuffer,
      int maxSize,
      DatagramHandler handler) {
    this.name = name;
    this.port = port;
    this.addresses = addresses;
    this.receiveBuffer = receiveBuffer;
    this.maxSize = maxSize;
    this.handler = handler;
  }

  /**
   * Datagrams at a port of the loopback, IPv4 and IPv6 where the machine has it.
   *
   * @param port from 1 to 65535, or 0 for a free one
   */
  public static Datagrams on(int port, DatagramHandler handler) {
    return new Datagrams("datagrams-" + port, port, List.of(), 0, MAX_SIZE, handler);
  }

  /** The same under another name. */
  public Datagrams named(String text) {
    return new Datagrams(text, port, addresses, receiveBuffer, maxSize, handler);
  }

  /** The same at these addresses in place of the loopback's. */
  public Datagrams at(InetAddress... given) {
    return new Datagrams(name, port, List.of(given), receiveBuffer, maxSize, handler);
  }

  /**
   * The same with another buffer in the kernel, of up to 1 GiB; without it the system's default.
   * The system grants what its settings allow; {@link DatagramStats} tells.
   */
  public Datagrams receiveBuffer(int size) {
    return new Datagrams(name, port, addresses, size, maxSize, handler);
  }

  /** The same, and longer datagrams are counted and dropped; from 1 to {@link #MAX_SIZE} bytes. */
  public Datagrams maxSize(int size) {
    return new Datagrams(name, port, addresses, receiveBuffer, size, handler);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<String> problems() {
    var problems = new ArrayList<String>(UdpSockets.problems(port));
    if (receiveBuffer < 0 || receiveBuffer > MAX_BUFFER) {
      problems.add("the receive buffer of " + receiveBuffer + " bytes is not between 0 and 1 GiB");
    }
    if (maxSize < 1 || maxSize > MAX_SIZE) {
      problems.add(
          "the size of " + maxSize + " bytes for datagrams is not between 1 and " + MAX_SIZE);
    }
    return problems;
  }

  @Override
  public void start(Daemon daemon) throws IOException {
    start();
  }

  void start() throws IOException {
    List<DatagramChannel> opened = UdpSockets.open(addresses, port, receiveBuffer);
    channels = List.copyOf(opened);
    for (DatagramChannel channel : opened) {
      Thread.ofPlatform().daemon().name("remuda-" + name).start(() -> read(channel));
    }
  }

  private void read(DatagramChannel channel) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(maxSize + 1);
    while (channel.isOpen()) {
      try {
        if (channel.receive(buffer.clear()) instanceof InetSocketAddress from) {
          received(buffer.flip(), from);
        }
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException | RuntimeException | Error e) {
        report("reading goes on after this", e);
      }
    }
  }

  private void received(ByteBuffer buffer, InetSocketAddress from) {
    received.increment();
    bytes.add(buffer.remaining());
    if (buffer.remaining() > maxSize) {
      oversized.increment();
      return;
    }
    var data = new byte[buffer.remaining()];
    buffer.get(data);
    try {
      handler.received(data, from);
    } catch (MalformedDatagramException e) {
      malformed.increment();
      String reason = String.valueOf(e.getMessage());
      lastMalformed = reason.substring(0, Math.min(MAX_REASON, reason.length()));
    } catch (Throwable e) { // a datagram must not end the reading
      failed.increment();
      report("the handler failed at a datagram from " + from, e);
    }
  }

  private void report(String what, Throwable thrown) {
    long due = nextLog.get();
    long now = System.nanoTime();
    if (now - due >= 0 && nextLog.compareAndSet(due, now + LOG_NANOS)) {
      LOG.log(System.Logger.Level.WARNING, name + ": " + what, thrown);
    }
  }

  @Override
  public List<String> addresses() {
    return sockets().stream().map(UdpSockets::text).toList();
  }

  private List<InetSocketAddress> sockets() {
    return UdpSockets.addresses(channels);
  }

  /** The counts of this moment; reads {@code /proc/net/udp}. */
  public DatagramStats stats() {
    return new DatagramStats(
        name,
        addresses(),
        received.sum(),
        bytes.sum(),
        malformed.sum(),
        oversized.sum(),
        failed.sum(),
        kernelDrops(),
        grantedBuffer(),
        Optional.ofNullable(lastMalformed));
  }

  private OptionalLong kernelDrops() {
    long drops = closedDrops;
    for (InetSocketAddress socket : sockets()) {
      OptionalLong here = KernelDrops.of(socket);
      if (here.isEmpty()) {
        return here;
      }
      drops += here.getAsLong();
    }
    return OptionalLong.of(drops);
  }

  private int grantedBuffer() {
    try {
      return channels.isEmpty()
          ? receiveBuffer
          : channels.getFirst().getOption(StandardSocketOptions.SO_RCVBUF);
    } catch (IOException e) {
      return receiveBuffer; // it was closed meanwhile
    }
  }

  @Override
  public void close() {
    List<DatagramChannel> open = channels;
    closedDrops = kernelDrops().orElse(0);
    channels = List.of();
    UdpSockets.close(open);
  }
}
