package dev.remuda.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.remuda.TestAuthority;
import dev.remuda.TestAuthority.Issued;
import dev.remuda.protocol.Address;
import dev.remuda.protocol.TlsContext;
import dev.remuda.protocol.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("P.51 What a gateway passes on, between real sockets")
@Timeout(120)
class TlsGatewayTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final int MIB = 1 << 20;

  @TempDir Path folder;
  private ServerSocketChannel workers;
  private TlsContext tls;
  private TlsGateway gateway;
  private SSLContext context;
  private final List<SSLSocket> clients = new ArrayList<>();

  @BeforeEach
  void open() throws Exception {
    var authority = new TestAuthority(folder, "authority");
    Issued own = authority.issue(folder, "server", "EC", TestAuthority.VALID, "localhost");
    Issued client = authority.issue(folder, "client");
    workers = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    workers.bind(UnixDomainSocketAddress.of(folder.resolve("s")), 1);
    tls =
        TlsContext.of(
            new TlsFiles(own.certificate(), own.key(), authority.file), TlsContext.Side.SERVER);
    gateway = gateway(GatewayLimits.USUAL);
    context =
        TlsContext.of(
                new TlsFiles(client.certificate(), client.key(), authority.file),
                TlsContext.Side.CLIENT)
            .current();
  }

  private TlsGateway gateway(GatewayLimits limits) throws IOException {
    var opened = TlsGateway.open(new Address.Tls("localhost", 0), folder.resolve("s"), tls, limits);
    opened.start(event -> {});
    return opened;
  }

  @AfterEach
  void close() throws Exception {
    for (SSLSocket each : clients) {
      each.close();
    }
    gateway.close();
    workers.close();
    await().atMost(PATIENCE).until(() -> gateway.stats().connections() == 0);
  }

  private SSLSocket connect() throws Exception {
    var socket =
        (SSLSocket) context.getSocketFactory().createSocket("localhost", gateway.address().port());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.startHandshake();
    clients.add(socket);
    return socket;
  }

  private static void say(SSLSocket client, String text) throws Exception {
    client.getOutputStream().write(text.getBytes(UTF_8));
  }

  private static void say(SocketChannel worker, String text) throws Exception {
    worker.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  private static String heard(SocketChannel worker, int bytes) throws Exception {
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    while (buffer.hasRemaining() && worker.read(buffer) >= 0) {
      // until all has come, or the end
    }
    return new String(buffer.array(), 0, buffer.position(), UTF_8);
  }

  @Test
  @DisplayName("P.51 an end in one direction is passed on as that, and the other goes on")
  void halfClose() throws Exception {
    SSLSocket client = connect();
    try (SocketChannel worker = workers.accept()) {
      say(client, "question");
      client.shutdownOutput();
      assertThat(heard(worker, 100)).isEqualTo("question");
      say(worker, "answer");
      worker.shutdownOutput();
      assertThat(client.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("answer");
    }
  }

  @Test
  @DisplayName(
      "P.51 a worker that dies with unread bytes is told as an end, after all that it said")
  void resetIsAnEnd() throws Exception {
    for (int i = 0; i < 20; i++) {
      SSLSocket client = connect();
      SocketChannel worker = workers.accept();
      say(client, "read");
      assertThat(heard(worker, 4)).isEqualTo("read");
      say(worker, "said before");
      say(client, "unread".repeat(10_000));
      assertThat(heard(worker, 6)).isEqualTo("unread");
      worker.close(); // resets the unix socket, since bytes are unread
      assertThat(client.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("said before");
    }
  }

  @Test
  @DisplayName(
      "P.51 a client that is reset, or ends without a word of TLS, ends for the worker too")
  void clientGone() throws Exception {
    SSLSocket client = connect();
    try (SocketChannel worker = workers.accept()) {
      client.setSoLinger(true, 0);
      say(worker, "unread");
      await().atMost(PATIENCE).until(() -> client.getInputStream().read() == 'u');
      client.close();
      ByteBuffer buffer = ByteBuffer.allocate(10);
      int read;
      try {
        read = worker.read(buffer);
      } catch (IOException reset) {
        read = -1;
      }
      assertThat(read).isEqualTo(-1);
    }
  }

  @Test
  @DisplayName("P.51 a worker that does not read holds its client back, and loses nothing")
  void backpressure() throws Exception {
    SSLSocket client = connect();
    var written = new AtomicLong();
    try (SocketChannel worker = workers.accept()) {
      var sender =
          CompletableFuture.runAsync(
              () -> {
                try {
                  byte[] piece = new byte[MIB];
                  for (int i = 0; i < 32; i++) {
                    client.getOutputStream().write(piece);
                    written.addAndGet(piece.length);
                  }
                  client.shutdownOutput();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              },
              Thread::startVirtualThread);
      await()
          .during(Duration.ofMillis(300))
          .atMost(PATIENCE)
          .until(written::get, count -> count == written.get());
      assertThat(written.get()).isLessThan(24L * MIB);
      long came = 0;
      ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
      for (int n = worker.read(buffer); n >= 0; n = worker.read(buffer.clear())) {
        came += n;
      }
      sender.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(came).isEqualTo(32L * MIB);
    }
  }

  @Test
  @DisplayName("P.51 a full queue of the workers' socket is waited out")
  void fullQueue() throws Exception {
    for (int i = 0; i < 8; i++) {
      say(connect(), "client" + i);
    }
    await().atMost(PATIENCE).until(() -> gateway.stats().connections() == 8);
    var came = new ArrayList<String>();
    for (int i = 0; i < 8; i++) {
      try (SocketChannel worker = workers.accept()) {
        came.add(heard(worker, 7));
      }
    }
    assertThat(came).hasSize(8).doesNotHaveDuplicates().allMatch(text -> text.startsWith("client"));
    assertThat(gateway.stats().refused()).isZero();
  }

  @Test
  @DisplayName(
      "P.51 one connection more than are forwarded at a time is refused, until one has gone")
  void full() throws Exception {
    gateway.close();
    gateway = gateway(new GatewayLimits(1, 256, Duration.ofSeconds(5), Duration.ofMillis(100)));
    SSLSocket first = connect();
    workers.accept().close();
    assertThat(first.getInputStream().read()).isEqualTo(-1);
    first.close();
    await().atMost(PATIENCE).until(() -> gateway.stats().connections() == 0);
    SSLSocket second = connect();
    try (SocketChannel worker = workers.accept()) {
      assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
      assertThat(gateway.stats().lastRefusal().orElse(""))
          .endsWith("1 connections are forwarded already");
      say(worker, "x");
      assertThat(second.getInputStream().read()).isEqualTo('x');
    }
  }

  @Test
  @DisplayName("P.51 every handshake is whole: no session is resumed")
  void noResumption() throws Exception {
    for (int i = 0; i < 3; i++) {
      long before = System.currentTimeMillis();
      SSLSocket client = connect();
      try (SocketChannel worker = workers.accept()) {
        say(worker, "x"); // a ticket to resume by would come before that
        assertThat(client.getInputStream().read()).isEqualTo('x');
      }
      assertThat(client.getSession().getCreationTime())
          .as("a resumed session is as old as the first")
          .isGreaterThanOrEqualTo(before);
    }
  }
}
