package dev.remuda.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Sends datagrams at a rate, from as many sockets as there are clients, on one thread. */
final class DatagramSender implements AutoCloseable {
  private static final int CLIENTS = 36;
  private static final int SIZE = 64;
  private static final long PAUSE_NANOS = 100_000;

  /** What is later than this is sent later, not in a burst. */
  private static final long LATE_NANOS = 1_000_000;

  private static final double NEAR_ENOUGH = 0.9;

  private final List<DatagramChannel> channels = new ArrayList<>();
  private final ByteBuffer datagram = ByteBuffer.allocateDirect(SIZE);

  DatagramSender(int port) throws IOException {
    var to = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    for (int i = 0; i < CLIENTS; i++) {
      channels.add(DatagramChannel.open().connect(to));
    }
  }

  /** What was sent. */
  record Sent(int count, double perSecond) {
    /** The same, if the rate was nearly what it should have been. */
    Sent nearly(int wanted) throws IOException {
      if (perSecond < wanted * NEAR_ENOUGH) {
        throw new IOException("only " + Unit.PER_SECOND.show(perSecond) + " could be sent");
      }
      return this;
    }
  }

  /** Blocks for that time, or longer where this machine cannot send so many. */
  Sent send(int perSecond, int millis) throws IOException {
    int total = (int) ((long) perSecond * millis / 1_000);
    long period = 1_000_000_000L / perSecond;
    long begin = System.nanoTime();
    long due = begin;
    for (int sent = 0; sent < total; sent++) {
      long now = System.nanoTime();
      while (due - now > 0) {
        LockSupport.parkNanos(PAUSE_NANOS);
        now = System.nanoTime();
      }
      channels.get(sent % CLIENTS).write(datagram.clear());
      due = Math.max(due + period, now - LATE_NANOS);
    }
    return new Sent(total, total * 1e9 / (System.nanoTime() - begin));
  }

  @Override
  public void close() throws IOException {
    for (DatagramChannel channel : channels) {
      channel.close();
    }
  }
}
