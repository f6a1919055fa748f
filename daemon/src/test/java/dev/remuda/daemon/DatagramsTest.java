package dev.remuda.daemon;

import static dev.remuda.daemon.DaemonSupport.PATIENCE;
import static dev.remuda.daemon.DaemonSupport.addresses;
import static dev.remuda.daemon.DaemonSupport.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Datagrams by real sockets: none is lost, and what is lost is counted. */
class DatagramsTest {
  private static final int CLIENTS = 36;

  @Test
  @DisplayName("D.20 36 clients send 100 datagrams a second for 10 s, and none is lost")
  void noneIsLost() throws Exception {
    assertNoneLost(100, 10);
  }

  @Test
  @Tag("long")
  @DisplayName("D.20 36 clients send 100 datagrams a second for 60 s, and none is lost")
  void noneIsLostInAMinute() throws Exception {
    assertNoneLost(100, 60);
  }

  private static void assertNoneLost(int perSecond, int seconds) throws Exception {
    var sum = new AtomicLong();
    Datagrams datagrams =
        Datagrams.on(0, (data, from) -> sum.addAndGet(ByteBuffer.wrap(data).getInt()));
    int each = perSecond * seconds;
    try (Daemon daemon = Daemon.named("t").add(datagrams).start()) {
      List<InetSocketAddress> addresses = addresses(datagrams.addresses());
      try (var clients = new Clients(addresses)) {
        clients.send(perSecond, each);
      }
      long total = (long) CLIENTS * each;
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(datagrams.stats().received()).isEqualTo(total));
      assertThat(sum).hasValue(CLIENTS * ((long) each * (each - 1) / 2));
      DatagramStats stats = daemon.stats().datagrams().getFirst();
      assertThat(stats.kernelDrops()).hasValue(0);
      assertThat(stats.bytes()).isEqualTo(total * Clients.SIZE);
      assertThat(stats.receiveBuffer()).isPositive();
    }
  }

  @Test
  @DisplayName(
      "D.20 what the kernel drops is read and shown, and a larger receive buffer holds more")
  void kernelDropsAreShown() throws Exception {
    long small = heldWhileBlocked(4_096);
    long large = heldWhileBlocked(200_000);
    assertThat(large).isGreaterThan(small);
  }

  private static long heldWhileBlocked(int buffer) throws Exception {
    var open = new CountDownLatch(1);
    var begun = new CountDownLatch(1);
    Datagrams datagrams =
        Datagrams.on(
                0,
                (data, from) -> {
                  begun.countDown();
                  open.await();
                })
            .receiveBuffer(buffer);
    int sent = 5_000;
    try (Daemon daemon = Daemon.named("t").add(datagrams).start();
        var channel = DatagramChannel.open()) {
      InetSocketAddress address = addresses(datagrams.addresses()).getFirst();
      for (int i = 0; i < sent; i++) {
        channel.send(ByteBuffer.wrap(bytes(16)), address);
      }
      assertThat(begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      long drops = daemon.stats().datagrams().getFirst().kernelDrops().orElseThrow();
      assertThat(drops).isPositive();
      open.countDown();
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(datagrams.stats().received() + drops).isEqualTo(sent));
      return datagrams.stats().received();
    }
  }

  @Test
  @DisplayName(
      "D.20 malformed and oversized datagrams are counted, never thrown, and reading goes on")
  void malformedDatagramsAreCounted() throws Exception {
    Datagrams datagrams =
        Datagrams.on(
                0,
                (data, from) -> {
                  switch (data.length) {
                    case 0 -> throw new MalformedDatagramException("empty: " + "x".repeat(1_000));
                    case 1 -> throw new IllegalStateException("a bug");
                    case 2 -> throw new StackOverflowError("a bug");
                    default -> {}
                  }
                })
            .maxSize(500);
    try (Daemon daemon = Daemon.named("t").add(datagrams).start();
        var channel = DatagramChannel.open()) {
      for (InetSocketAddress address : addresses(datagrams.addresses())) {
        for (int length : new int[] {0, 1, 2, 3, 500, 501, 65_507}) {
          channel.send(ByteBuffer.wrap(bytes(length)), address);
        }
      }
      int sockets = datagrams.addresses().size();
      await().atMost(PATIENCE).until(() -> datagrams.stats().received() == 7L * sockets);
      await().atMost(PATIENCE).until(() -> datagrams.stats().oversized() == 2L * sockets);
      DatagramStats stats = daemon.stats().datagrams().getFirst();
      assertThat(stats.malformed()).isEqualTo(sockets);
      assertThat(stats.failed()).isEqualTo(2L * sockets);
      assertThat(stats.lastMalformed().orElseThrow()).startsWith("empty").hasSize(200);
    }
  }

  /** Sockets that send at a rate, from one thread. */
  private static final class Clients implements AutoCloseable {
    static final int SIZE = 64;

    private final List<DatagramChannel> channels = new ArrayList<>();

    Clients(List<InetSocketAddress> addresses) throws Exception {
      for (int i = 0; i < CLIENTS; i++) {
        InetSocketAddress address = addresses.get(i % addresses.size());
        channels.add(DatagramChannel.open().connect(address));
      }
    }

    void send(int perSecond, int each) throws Exception {
      ByteBuffer buffer = ByteBuffer.allocateDirect(SIZE);
      long period = Duration.ofSeconds(1).dividedBy(perSecond).toNanos();
      long due = System.nanoTime();
      for (int i = 0; i < each; i++) {
        LockSupport.parkNanos(due - System.nanoTime());
        for (DatagramChannel channel : channels) {
          channel.write(buffer.clear().putInt(0, i));
        }
        due = Math.max(due + period, System.nanoTime() - period); // late, but never in a burst
      }
    }

    @Override
    public void close() throws IOException {
      for (DatagramChannel channel : channels) {
        channel.close();
      }
    }
  }
}
