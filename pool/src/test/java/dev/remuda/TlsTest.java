package dev.remuda;

import static dev.remuda.PoolSupport.failure;
import static dev.remuda.PoolSupport.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.TestAuthority.Issued;
import dev.remuda.client.CallFailedException;
import dev.remuda.client.CallTimeoutException;
import dev.remuda.client.TaskClient;
import dev.remuda.client.WorkerDiedException;
import dev.remuda.protocol.TlsContext;
import dev.remuda.protocol.TlsFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("P.51 Calls over tls:")
@Timeout(180)
class TlsTest {
  @TempDir static Path folder;
  private static TlsHost host;

  @BeforeAll
  static void start() throws Exception {
    host = new TlsHost(folder, builder -> builder.standby(2));
  }

  @AfterAll
  static void close() {
    host.close();
  }

  @Test
  @DisplayName("P.1 P.51 results, errors, progress and large messages travel over tls:")
  void allTravels() throws Exception {
    TaskClient client = host.connect();
    assertThat(result(client.call("echo", "λ"))).isEqualTo("λ");
    assertThat(failure(client.call("fail")))
        .isInstanceOf(CallFailedException.class)
        .hasMessageContaining("as asked");
    String large = "0123456789abcdef".repeat(128 << 10); // 2 MiB: many TLS records
    assertThat(result(client.call("echo", large))).isEqualTo(large);
    var stream = client.untyped().callStream("count", 200);
    var seen = new Seen();
    stream.subscribe(seen);
    assertThat(result(stream.result())).isEqualTo(200L);
    assertThat(result(seen.all)).hasSize(200).startsWith(1L).endsWith(200L);
  }

  private static final class Seen implements Flow.Subscriber<Object> {
    final List<Object> values = new ArrayList<>();
    final CompletableFuture<List<Object>> all = new CompletableFuture<>();

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Object value) {
      values.add(value);
    }

    @Override
    public void onError(Throwable e) {
      all.completeExceptionally(e);
    }

    @Override
    public void onComplete() {
      all.complete(values);
    }
  }

  @Test
  @DisplayName("P.51 a worker that dies in a call is told as an end: nothing is run twice")
  void nothingTwice() throws Exception {
    Path note = folder.resolve("ran");
    assertThat(failure(host.connect().call("die", note.toString())))
        .isInstanceOf(WorkerDiedException.class);
    assertThat(Files.readString(note)).isEqualTo("x");
  }

  @Test
  @DisplayName("P.51 a call past its deadline ends its worker through the gateway, dump and all")
  void aborted() {
    TaskClient client =
        host.start(
            host.to(host.address().toString(), host.client).callTimeout(Duration.ofMillis(300)));
    assertThat(failure(client.call("sleep", 600_000)))
        .isInstanceOfSatisfying(
            CallTimeoutException.class, e -> assertThat(e.getMessage()).contains("sleep"));
  }

  @Test
  @DisplayName("P.51 neither command line nor environment nor descriptors of a worker have the key")
  void noKeyInWorkers() throws Exception {
    long pid = (Long) result(host.connect().call("pid"));
    Path process = Path.of("/proc/" + pid);
    assertThat(Files.readString(process.resolve("cmdline"))).doesNotContain("server.key");
    assertThat(Files.readAllBytes(process.resolve("environ")))
        .asString()
        .doesNotContain("server.key");
    try (var descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path each : descriptors) {
        if (Files.isSymbolicLink(each)) {
          assertThat(Files.readSymbolicLink(each).toString()).doesNotContain("server.");
        }
      }
    }
  }

  @Test
  @DisplayName("P.51 a client that goes away in a call takes its worker along")
  void clientGoes() throws Exception {
    TaskClient client = host.connect();
    long pid = (Long) result(client.call("pid"));
    CompletableFuture<Object> running = client.call("sleep", 600_000);
    client.stats();
    client.close();
    assertThat(failure(running)).isNotNull();
    PoolSupport.awaitGone(List.of(pid));
  }

  @Test
  @DisplayName("P.51 changed certificates are used at the next handshake, and no call fails")
  void reloaded() throws Exception {
    Path own = Files.createDirectory(folder.resolve("reloaded"));
    try (var other = new TlsHost(own, builder -> builder.standby(3))) {
      TaskClient client =
          other.start(other.to(other.address().toString(), other.client).maxCheckouts(1));
      var over = new AtomicBoolean();
      CompletableFuture<Integer> calls =
          CompletableFuture.supplyAsync(
              () -> {
                int count = 0;
                while (!over.get()) {
                  assertThat(client.call("echo", "x").join()).isEqualTo("x");
                  count++;
                }
                return count;
              },
              Thread::startVirtualThread);
      assertThat(shown(other)).isEqualTo(other.own.parsed());
      Issued next = other.authority.issue(own, "server", "EC", TestAuthority.VALID, "localhost");
      assertThat(shown(other)).isEqualTo(next.parsed());
      Files.writeString(next.key(), "not a key"); // the old one stays in use
      assertThat(shown(other)).isEqualTo(next.parsed());
      Issued last = other.authority.issue(own, "server", "EC", TestAuthority.VALID, "localhost");
      other.server.reload();
      assertThat(shown(other)).isEqualTo(last.parsed());
      over.set(true);
      assertThat(calls.get(60, TimeUnit.SECONDS)).isPositive();
    }
  }

  /** The certificate that the server shows now. */
  private static X509Certificate shown(TlsHost of) throws Exception {
    var files = new TlsFiles(of.client.certificate(), of.client.key(), of.authority.file);
    var context = TlsContext.of(files, TlsContext.Side.CLIENT).current();
    try (var socket =
        (SSLSocket) context.getSocketFactory().createSocket("localhost", of.address().port())) {
      socket.startHandshake();
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  @Test
  @DisplayName("P.51 keys may be RSA, EC or Ed25519 on both sides")
  void kindsOfKeys() throws Exception {
    for (String algorithm : List.of("RSA", "Ed25519")) {
      Issued client = host.authority.issue(folder, algorithm, algorithm, TestAuthority.VALID);
      TaskClient one = host.start(host.to(host.address().toString(), client));
      assertThat(result(one.call("echo", algorithm))).isEqualTo(algorithm);
    }
  }
}
