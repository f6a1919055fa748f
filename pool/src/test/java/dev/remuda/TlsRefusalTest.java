package dev.remuda;

import static dev.remuda.PoolSupport.failure;
import static dev.remuda.PoolSupport.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.remuda.TestAuthority.Issued;
import dev.remuda.client.ConnectException;
import dev.remuda.client.TaskClient;
import dev.remuda.protocol.Address;
import dev.remuda.server.ServerEvent;
import dev.remuda.server.TaskServer;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("P.51 Who is not let in at a tls: address, and how both sides hear why")
@Timeout(180)
class TlsRefusalTest {
  private static final Duration SHORT = Duration.ofSeconds(1);

  @TempDir static Path folder;
  private static TlsHost host;
  private static Path allowed;

  @BeforeAll
  static void start() throws Exception {
    allowed = Files.writeString(folder.resolve("allowed"), everybody());
    host =
        new TlsHost(
            folder, builder -> builder.listen("tcp:127.0.0.1:0").allowClients(allowed).standby(1));
  }

  private static String everybody() {
    return "# who may call\nCN=client\nCN=expired\n\nCN=stranger\n";
  }

  @AfterAll
  static void close() {
    host.close();
  }

  @AfterEach
  void closeClients() {
    host.closeClients();
  }

  private static TaskClient client(String address, Issued certificate) {
    return host.start(host.to(address, certificate).timeout(SHORT));
  }

  /** On a slow machine not every call's time is enough to be refused in. */
  private static void refused(TaskClient client, String... parts) {
    await()
        .atMost(TlsHost.PATIENCE)
        .untilAsserted(() ->
            assertThat(failure(client.call("echo", "x")))
                .isInstanceOf(ConnectException.class)
                .hasMessageContainingAll(parts));
  }

  @Test
  @DisplayName("P.51 a client whose certificate nobody vouches for is refused")
  void strangers() throws Exception {
    Path other = Files.createDirectory(folder.resolve("other"));
    var unknown = new TestAuthority(other, "nobody");
    Issued stranger = unknown.issue(other, "stranger");
    refused(
        client(host.address().toString(), stranger),
        "echo waited",
        "no server at tls:localhost:",
        "the other side refused our certificate");
    host.awaitRefusal("'CN=stranger', issued by 'CN=nobody', does not lead to an authority in ");
    TaskClient unsuspecting =
        host.start(
            TaskClient.builder()
                .connect(host.address())
                .tls(stranger.certificate(), stranger.key(), host.authority.file)
                .timeout(SHORT)); // its first call is sent before the refusal comes back
    refused(unsuspecting, "the other side refused our certificate");
  }

  @Test
  @DisplayName("P.51 a client with an expired certificate is refused, and so is one with none")
  void expiredOrNone() throws Exception {
    Issued expired = host.authority.issue(folder, "expired", "EC", TestAuthority.EXPIRED);
    assertThatThrownBy(() -> say(expired))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("certificate_");
    host.awaitRefusal("'CN=expired', issued by 'CN=authority', has expired");
    assertThatThrownBy(() -> say(null)).isInstanceOf(SSLException.class);
    host.awaitRefusal("it showed no certificate");
    assertThatThrownBy(() -> host.to(host.address().toString(), expired).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'CN=expired'")
        .hasMessageContaining(", not now");
  }

  /** By the JDK alone, which sends whatever it has. */
  private static void say(@Nullable Issued certificate) throws Exception {
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    KeyStore others = KeyStore.getInstance("PKCS12");
    others.load(null, null);
    others.setCertificateEntry("a", host.own.parsed());
    KeyManager[] keys = null;
    if (certificate != null) {
      own.setKeyEntry(
          "k", certificate.secret(), new char[0], new Certificate[] {certificate.parsed()});
      KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
      factory.init(own, new char[0]);
      keys = factory.getKeyManagers();
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(others);
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(keys, trust.getTrustManagers(), null);
    try (var socket =
        (SSLSocket) context.getSocketFactory().createSocket("localhost", host.address().port())) {
      socket.setSoTimeout((int) TlsHost.PATIENCE.toMillis());
      socket.startHandshake();
      socket.getInputStream().read();
    }
  }

  @Test
  @DisplayName(
      "P.51 who is removed from the list is refused at the next handshake, until it is back")
  void revoked() throws Exception {
    TaskClient before = host.connect();
    assertThat(result(before.call("echo", "x"))).isEqualTo("x");
    Files.writeString(allowed, "CN=somebody else\n");
    try {
      refused(
          client(host.address().toString(), host.client), "the other side refused our certificate");
      host.awaitRefusal("'CN=client', issued by 'CN=authority', is not listed in " + allowed);
    } finally {
      Files.writeString(allowed, everybody());
    }
    TaskClient after = host.connect();
    assertThat(result(after.call("echo", "y"))).isEqualTo("y");
  }

  @Test
  @DisplayName("P.51 a client refuses a server of another name, and one that nobody vouches for")
  void servers() throws Exception {
    refused(
        client("tls:127.0.0.1:" + host.address().port(), host.client),
        "'CN=server'",
        "is not for this host",
        "127.0.0.1");
    Path other = Files.createDirectory(folder.resolve("third"));
    var unknown = new TestAuthority(other, "third");
    refused(
        host.start(
            TaskClient.builder()
                .connect(host.address())
                .tls(host.client.certificate(), host.client.key(), unknown.file)
                .timeout(SHORT)),
        "'CN=server'",
        "does not lead to an authority in " + unknown.file);
  }

  @Test
  @DisplayName("P.51 plain text at a TLS port, and TLS at a plain port, are named on both sides")
  void plainAndTls() {
    refused(
        host.start(
            TaskClient.builder()
                .connect(new Address.Tcp("localhost", host.address().port()))
                .timeout(SHORT)),
        "TLS is spoken there");
    host.awaitRefusal("what it speaks is not TLS: it begins with byte 91");
    int plain =
        host.server.addresses().stream()
            .filter(Address.Tcp.class::isInstance)
            .map(address -> ((Address.Tcp) address).port())
            .findFirst()
            .orElseThrow();
    refused(client("tls:localhost:" + plain, host.client), "perhaps no TLS is spoken there");
  }

  @Test
  @DisplayName("P.51 P.18 refusals are counted, and told to whoever listens to events")
  void told() throws Exception {
    BlockingQueue<ServerEvent> heard = new LinkedBlockingQueue<>();
    Runnable over = host.server.listen(heard::add);
    long before = host.gateway().refused();
    ServerEvent event = null;
    while (!(event instanceof ServerEvent.Refused)) { // one a second is told
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), host.address().port())) {
        socket.getOutputStream().write('[');
        assertThat(socket.getInputStream().readAllBytes()).startsWith(21, 3, 3);
      }
      event = heard.poll(100, TimeUnit.MILLISECONDS);
    }
    over.run();
    assertThat(((ServerEvent.Refused) event).peer()).startsWith("127.0.0.1:");
    assertThat(((ServerEvent.Refused) event).reason()).contains("is not TLS");
    assertThat(host.gateway().refused()).isGreaterThan(before);
  }

  @Test
  @DisplayName("P.51 all that is wrong with the files is said at once, when the server is built")
  void files() throws Exception {
    Path key = folder.resolve("encrypted.key");
    TestAuthority.write(key, "ENCRYPTED PRIVATE KEY", new byte[64]);
    assertThatThrownBy(() ->
            TaskServer.builder()
                .serve(TlsHost.Service.class)
                .listen("tls:0.0.0.0:0")
                .standby(-1)
                .tls(folder.resolve("none.pem"), key, host.client.key())
                .allowClients(folder.resolve("server.pem"))
                .start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(
            "standby is at least 0, not -1",
            "there is no file " + folder.resolve("none.pem"),
            "the key in " + key + " is encrypted",
            host.client.key() + " holds no certificate in PEM, but PRIVATE KEY",
            "line 1 of " + folder.resolve("server.pem") + " is neither a subject");
    assertThatThrownBy(() ->
            TlsHost.builder(folder, "tls:localhost:0", host.own, host.authority)
                .tls(host.own.certificate(), host.client.key(), host.authority.file)
                .start())
        .hasMessageContaining("is not that of the certificate of 'CN=server'");
    assertThatThrownBy(() -> TaskClient.builder().connect("tls:localhost:1").build())
        .hasMessageContaining("[tls:localhost:1] needs tls(CERTIFICATE, KEY, AUTHORITIES)");
    assertThatThrownBy(() -> host.to("tcp:localhost:1", host.client).build())
        .hasMessageContaining("is for tls: addresses, and there is none in [tcp:localhost:1]");
  }
}
