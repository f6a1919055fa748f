package dev.remuda.daemon;

import static dev.remuda.daemon.DaemonSupport.PATIENCE;
import static dev.remuda.daemon.DaemonSupport.addresses;
import static dev.remuda.daemon.DaemonSupport.awaitCount;
import static dev.remuda.daemon.DaemonSupport.bytes;
import static dev.remuda.daemon.DaemonSupport.runner;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Kicks from outside, with real sockets and signals. */
class KickTest {
  private final AtomicInteger runs = new AtomicInteger();

  @Test
  @DisplayName(
      "D.2 a datagram on the loopback kicks, by IPv4 and IPv6; jobs with one port share it")
  void aDatagramKicks() throws Exception {
    var others = new AtomicInteger();
    Kick kick = Kick.udp(0);
    try (Daemon daemon =
        Daemon.named("t")
            .add("a", runs::incrementAndGet, kick)
            .add("b", others::incrementAndGet, Kick.udp(0))
            .start()) {
      int count = 0;
      for (InetSocketAddress address : addresses(daemon, "a")) {
        assertThat(address.getAddress().isLoopbackAddress()).isTrue();
        Kick.send(address);
        awaitCount(runs, ++count);
        awaitCount(others, count);
      }
      assertThat(count).isPositive();
      assertThat(runner(daemon, "a").triggers()).isEqualTo(runner(daemon, "b").triggers());
    }
  }

  @Test
  @DisplayName(
      "D.3 forged, empty and oversized datagrams are kicks like others, and a flood is bounded")
  void aFloodOfForgedDatagramsIsBounded() throws Exception {
    try (Daemon daemon = Daemon.named("t").add("a", runs::incrementAndGet, Kick.udp(0)).start();
        var channel = DatagramChannel.open()) {
      InetSocketAddress address = addresses(daemon, "a").getFirst();
      channel.send(ByteBuffer.allocate(0), address);
      awaitCount(runs, 1);
      channel.send(ByteBuffer.wrap(bytes(65_507)), address);
      awaitCount(runs, 2);

      long began = System.nanoTime();
      for (int i = 0; i < 20_000; i++) {
        channel.send(ByteBuffer.wrap(bytes(i % 100)), address);
      }
      await().atMost(PATIENCE).until(() -> runner(daemon, "a").kicksReceived() > 2);
      long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();
      assertThat(runner(daemon, "a").iterations()).isLessThan(millis + 100);
      int before = runs.get();
      await()
          .atMost(PATIENCE)
          .until(() -> {
            Kick.send(address); // it still listens
            return runs.get() > before;
          });
    }
  }

  @Test
  @DisplayName("D.2 a signal kicks, and is what it was when the daemon has ended")
  void aSignalKicks() throws Exception {
    var former = new AtomicInteger();
    OsSignals.handle("USR1", former::incrementAndGet);
    OsSignals.restore("USR1");
    Object own = JdkSignal.handler(former::incrementAndGet);
    Object atFirst = JdkSignal.handle("USR1", own);
    try {
      try (Daemon daemon =
          Daemon.named("t").add("a", runs::incrementAndGet, Kick.signal("USR1")).start()) {
        DaemonSupport.signal("USR1", ProcessHandle.current().pid());
        awaitCount(runs, 1);
        assertThat(runner(daemon, "a").lastRun().orElseThrow().cause()).isEqualTo("signal USR1");
      }
      DaemonSupport.signal("USR1", ProcessHandle.current().pid());
      awaitCount(former, 1);
    } finally {
      JdkSignal.handle("USR1", atFirst);
    }
  }

  @Test
  @DisplayName("D.2 a button kicks by the job's name, and so does any other source that calls back")
  void aButtonKicks() {
    var doorbell = new AtomicReference<Runnable>();
    var ended = new AtomicInteger();
    KickSource source =
        kick -> {
          doorbell.set(kick);
          return ended::incrementAndGet;
        };
    try (Daemon daemon =
        Daemon.named("t").add("a", runs::incrementAndGet, Kick.by("doorbell", source)).start()) {
      daemon.kick("a");
      awaitCount(runs, 1);
      doorbell.get().run();
      awaitCount(runs, 2);
      assertThatThrownBy(() -> daemon.kick("b")).hasMessageContaining("no job 'b' in 't'");
    }
    assertThat(ended).hasValue(1);
  }

  @Test
  @DisplayName("D.2 sources that cannot begin are named together, and nothing is left behind")
  void whatCannotBeginIsNamed() throws Exception {
    var taken =
        DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    int port = ((InetSocketAddress) taken.getLocalAddress()).getPort();
    KickSource broken =
        kick -> {
          throw new IllegalStateException("the doorbell is broken");
        };
    var builder =
        Daemon.named("t")
            .add("a", runs::incrementAndGet, Kick.udp(port))
            .add("b", runs::incrementAndGet, Kick.by("doorbell", broken))
            .add(Datagrams.on(port, (data, from) -> {}).named("syslog"));
    try (taken) {
      assertThatThrownBy(builder::start)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("kicks by udp loopback:" + port)
          .hasMessageContaining("UDP 127.0.0.1:" + port + ": Address already in use")
          .hasMessageContaining("the doorbell is broken")
          .hasMessageContaining("'syslog'");
    }
    DatagramChannel.open()
        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
        .close();
    assertThat(runs).hasValue(0);
  }
}
