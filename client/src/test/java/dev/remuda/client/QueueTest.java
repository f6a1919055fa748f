package dev.remuda.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.20, P.21 Checkouts wait in order, with or without a server")
class QueueTest extends ScriptedTest {

  @Test
  @DisplayName("P.20 the defaults are those of the specification")
  void defaults() {
    assertThat(TaskClient.DEFAULT_MIN_WORKERS).isEqualTo(2);
    assertThat(TaskClient.DEFAULT_MAX_WORKERS).isEqualTo(20);
    assertThat(TaskClient.DEFAULT_TIMEOUT).isEqualTo(Duration.ofSeconds(30));
    assertThat(TaskClient.DEFAULT_IDLE_TIMEOUT).isEqualTo(Duration.ofSeconds(60));
  }

  @Test
  @DisplayName("P.20 the minimum is clamped to the maximum")
  void minimumIsClamped() throws Exception {
    TaskClient client = start(toPeer().minWorkers(9).maxWorkers(1));
    peer.accept();
    awaitStats(client, new PoolStats(1, 0, 1, 0));
  }

  @Test
  @DisplayName("P.20 all settings that cannot be are named at once")
  void badSettings() {
    assertThatThrownBy(() ->
            toPeer()
                .minWorkers(-1)
                .maxWorkers(0)
                .timeout(Duration.ofMillis(-1))
                .idleTimeout(Duration.ZERO)
                .build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("minWorkers", "-1", "maxWorkers", "timeout", "idleTimeout");
    assertThatThrownBy(() -> TaskClient.builder().build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("connect(ADDRESS)");
    assertThatThrownBy(() -> TaskClient.builder().connect("http://x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("http://x");
  }

  @Test
  @DisplayName("P.20 a duration that no clock can count is refused, not left to fail later")
  void endlessDurations() {
    Duration endless = Duration.ofSeconds(Long.MAX_VALUE);
    assertThatThrownBy(() -> toPeer().timeout(endless).idleTimeout(endless).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("timeout", "idleTimeout");
  }

  @Test
  @DisplayName("P.21 a client started before its server loses nothing")
  void clientFirst() throws Exception {
    peer.close();
    TaskClient client = client();
    List<CompletableFuture<Object>> calls = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      calls.add(client.call("c" + i));
    }
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(client.stats().waiting()).isEqualTo(5));
    peer = listening(ScriptedPeer.unix(folder.resolve("s")));
    ScriptedPeer.Line line = peer.accept().expectFirstCall("c0").answer("0");
    for (int i = 1; i < 5; i++) {
      line.expect("[\"dn\",{}]").expectCall("c" + i).answer("" + i);
    }
    for (int i = 0; i < 5; i++) {
      assertThat(result(calls.get(i))).isEqualTo((long) i);
    }
  }

  @Test
  @DisplayName("P.21 the calls of a checkout wait in order, other checkouts behind it")
  void orderOnACheckout() throws Exception {
    TaskClient client = client();
    Checkout<Object> first = client.checkout();
    Checkout<Object> second = client.checkout();
    var late = second.call("late");
    var a = first.call("a");
    var b = first.call("b");
    first.close();
    second.close();
    peer.accept()
        .expectFirstCall("a")
        .answer("1")
        .expectCall("b")
        .answer("2")
        .expect("[\"dn\",{}]")
        .expectCall("late")
        .answer("3")
        .expect("[\"dn\",{}]");
    assertThat(List.of(result(a), result(b), result(late))).containsExactly(1L, 2L, 3L);
  }

  @Test
  @DisplayName("P.21 who waits in vain is told the address, the reason and the attempts")
  void noServer() throws Exception {
    peer.close();
    TaskClient client = start(toPeer().timeout(Duration.ofMillis(600)));
    assertThat(failure(client.call("x")))
        .isInstanceOfSatisfying(
            ConnectException.class,
            e -> {
              assertThat(e.queued()).isGreaterThanOrEqualTo(Duration.ofMillis(600));
              assertThat(e)
                  .hasMessageContaining("no server at unix:" + folder.resolve("s"))
                  .hasMessageContaining("No such file or directory")
                  .hasMessageContaining("2 attempts")
                  .hasMessageContaining("(total=0 active=0 idle=0 waiting=0)");
            });
  }

  @Test
  @DisplayName("P.21 a TCP port where nobody listens, and a host that is none, are named")
  void nobodyOnThePort() throws Exception {
    peer = listening(ScriptedPeer.tcp());
    peer.close();
    TaskClient client = start(toPeer().timeout(Duration.ofMillis(300)));
    assertThat(failure(client.call("x")))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("no server at " + peer.address())
        .hasMessageContaining("refused");
  }

  @Test
  @DisplayName("P.21 one attempt at a time, with a pause, however many wait")
  @SuppressWarnings("try")
  void oneAttemptAtATime() throws Exception {
    // Each connection is closed before its greeting is answered.
    TaskClient client =
        start(toPeer().greet().minWorkers(1).maxWorkers(20).timeout(Duration.ofMillis(900)));
    List<CompletableFuture<Object>> calls = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      calls.add(client.call("x"));
    }
    try (var closing = new Closing(peer)) {
      for (CompletableFuture<Object> call : calls) {
        assertThat(failure(call)).isInstanceOf(ConnectException.class);
      }
    }
    assertThat(peer.connections()).isBetween(1, 3);
  }

  @Test
  @DisplayName("P.21 a peer that accepts and says nothing before it closes is not asked in a rush")
  @SuppressWarnings("try")
  void acceptsAndCloses() throws Exception {
    TaskClient client = start(toPeer().minWorkers(2).timeout(Duration.ofSeconds(2)));
    try (var closing = new Closing(peer)) {
      Throwable failure = failure(client.call("x"));
      assertThat(failure).isInstanceOf(TaskException.class);
      await().during(Duration.ofMillis(800)).atMost(PATIENCE).until(() -> true);
    }
    assertThat(peer.connections()).isLessThan(100);
  }

  /** Accepts each connection and closes it. */
  private static final class Closing implements AutoCloseable {
    private final AtomicBoolean over = new AtomicBoolean();

    Closing(ScriptedPeer peer) {
      Thread.ofPlatform()
          .start(() -> {
            while (!over.get()) {
              if (peer.untaken() > 0) {
                try {
                  peer.accept().close();
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              } else {
                Thread.onSpinWait();
              }
            }
          });
    }

    @Override
    public void close() {
      over.set(true);
    }
  }

  @Test
  @DisplayName("P.21 a full listen backlog is waited out, not an error")
  void fullBacklog() throws Exception {
    peer.close();
    Path path = folder.resolve("full");
    List<SocketChannel> fillers = new ArrayList<>();
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(path), 1);
      fill(path, fillers);
      TaskClient client = start(toPeer().connect("unix:" + path));
      var call = client.call("x");
      await()
          .during(Duration.ofMillis(600))
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            assertThat(call).isNotDone();
            assertThat(client.stats().active()).isZero();
          });
      for (SocketChannel filler : fillers) {
        filler.close();
        server.accept().close();
      }
      try (SocketChannel accepted = server.accept()) {
        accepted.write(java.nio.ByteBuffer.wrap("[\"ok\",{},1]".getBytes(US_ASCII)));
        assertThat(result(call)).isEqualTo(1L);
      }
    } finally {
      for (SocketChannel filler : fillers) {
        filler.close();
      }
    }
  }

  /** Connects until the queue takes no more. */
  private static void fill(Path path, List<SocketChannel> fillers) throws Exception {
    while (true) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      fillers.add(channel);
      channel.configureBlocking(false);
      try {
        assertThat(channel.connect(UnixDomainSocketAddress.of(path))).isTrue();
      } catch (SocketException full) {
        fillers.removeLast().close();
        return;
      }
    }
  }

  @Test
  @DisplayName("P.21, P.32 10,000 checkouts wait and are served in order")
  void manyCheckouts() throws Exception {
    TaskClient client = start(toPeer().timeout(Duration.ofSeconds(60)));
    List<CompletableFuture<Object>> calls = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      calls.add(client.call("x", i));
    }
    ScriptedPeer.Line line = peer.accept();
    line.expect("[\"do\"," + ScriptedPeer.CLIENT + ",\"x\",0]").answer("0");
    for (int i = 1; i < 10_000; i++) {
      line.expect("[\"dn\",{}][\"do\",{},\"x\"," + i + "]").answer("" + i);
    }
    for (int i = 0; i < 10_000; i++) {
      assertThat(result(calls.get(i))).isEqualTo((long) i);
    }
    awaitStats(client, new PoolStats(1, 0, 1, 0));
  }
}
