package dev.remuda;

import static dev.remuda.PoolSupport.failure;
import static dev.remuda.PoolSupport.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.remuda.client.TaskClient;
import dev.remuda.client.WorkerDiedException;
import dev.remuda.protocol.Address;
import dev.remuda.server.ForkedServer;
import dev.remuda.server.ServerStats;
import dev.remuda.server.TaskServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("P.51 Servers with tls: addresses: forked, replaced, restarted")
@Timeout(120)
class TlsServerTest {
  @TempDir static Path folder;
  private static TlsHost host;

  @BeforeAll
  static void start() throws Exception {
    host = new TlsHost(folder, builder -> builder.standby(1).control("unix:" + control()));
  }

  @AfterAll
  static void close() {
    host.close();
  }

  @AfterEach
  void closeClients() {
    host.closeClients();
  }

  private static Path control() {
    return folder.resolve("ctl");
  }

  private static TaskServer.Builder another(String address) {
    return TlsHost.builder(folder, address, host.own, host.authority).standby(1);
  }

  @Test
  @DisplayName("P.42, P.51 a forked server ends TLS in its own process, and goes by the same files")
  void forked() throws Exception {
    Path allowed = Files.writeString(folder.resolve("allowed"), "CN=client\n");
    TaskServer.Builder settings = another("tls:localhost:0").allowClients(allowed);
    try (ForkedServer server = TaskServer.fork(settings)) {
      var address = (Address.Tls) server.addresses().getFirst();
      assertThat(address.port()).isPositive();
      TaskClient client = host.start(host.to(address.toString(), host.client));
      assertThat(result(client.call("echo", "forked"))).isEqualTo("forked");
      ServerStats.Gateway gateway = server.stats().get(30, TimeUnit.SECONDS).gateways().getFirst();
      assertThat(gateway.address()).isEqualTo(address.toString());
      assertThat(gateway.accepted()).isPositive();
      assertThat(gateway.lastRefusal()).isEmpty();

      Files.writeString(allowed, "CN=somebody else\n");
      TaskClient removed = host.start(host.to(address.toString(), host.client));
      CompletableFuture<Object> waits = removed.call("echo", "x");
      await()
          .atMost(TlsHost.PATIENCE)
          .until(
              () -> server.stats().join().gateways().getFirst().lastRefusal().orElse(""),
              last -> last.contains("is not listed in " + allowed));
      waits.cancel(true);
    }
  }

  @Test
  @DisplayName("P.14, P.51 with a server that is killed its tls: connections and workers end")
  void killed() throws Exception {
    try (ForkedServer server = TaskServer.fork(another("tls:localhost:0"))) {
      String address = server.addresses().getFirst().toString();
      TaskClient client = host.start(host.to(address, host.client));
      long worker = (Long) result(client.call("pid"));
      CompletableFuture<Object> running = client.call("sleep", 600_000);
      await().atMost(TlsHost.PATIENCE).until(() -> client.stats().active() == 1);
      ProcessHandle.of(server.pid()).orElseThrow().destroyForcibly();
      assertThat(failure(running)).isInstanceOf(WorkerDiedException.class);
      PoolSupport.awaitGone(List.of(worker));
    }
  }

  @Test
  @DisplayName("P.15, P.51 a tls: address is not handed over: that is refused, and both say why")
  void replaced() throws Exception {
    assertThatThrownBy(
            () -> another(host.address().toString()).control("unix:" + control()).replace().start())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "replace() cannot take over ["
                + host.address()
                + "]: only unix: and tcp: are handed on; drain the other server first");
    assertThatThrownBy(() ->
            TaskServer.builder()
                .listen("unix:" + folder.resolve("s"))
                .serve(TlsHost.Service.class)
                .crashReports(folder.resolve("crashes"))
                .control("unix:" + control())
                .replace()
                .start())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(
            "it listens on " + host.address() + ", which cannot be handed over: drain it first");
    assertThat(result(host.connect().call("echo", "still there"))).isEqualTo("still there");
  }

  @Test
  @DisplayName("P.51 a drained server lets go of its port at once: another takes it, no call fails")
  void restarted() throws Exception {
    TaskServer first = another("tls:localhost:0").start();
    var address = (Address.Tls) first.addresses().getFirst();
    TaskClient client = host.start(host.to(address.toString(), host.client));
    var over = new AtomicBoolean();
    var done = new AtomicInteger();
    CompletableFuture<?> load =
        CompletableFuture.runAsync(
            () -> {
              while (!over.get()) {
                assertThat(client.call("echo", "x").join()).isEqualTo("x");
                done.incrementAndGet();
              }
            },
            Thread::startVirtualThread);
    awaitMore(done);
    CompletableFuture<?> drained = first.drain();
    awaitFree(address.port());
    try (TaskServer next = another(address.toString()).start()) {
      awaitMore(done);
      drained.get(TlsHost.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      awaitMore(done);
      assertThat(next.stats().join().gateways().getFirst().accepted()).isPositive();
      over.set(true);
      load.get(TlsHost.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private static void awaitMore(AtomicInteger done) {
    int goal = done.get() + 20;
    await().atMost(TlsHost.PATIENCE).until(() -> done.get() >= goal);
  }

  private static void awaitFree(int port) {
    await()
        .atMost(TlsHost.PATIENCE)
        .until(() -> {
          try (var listener = new ServerSocket()) {
            listener.setReuseAddress(true);
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
          } catch (IOException e) {
            return false;
          }
        });
  }
}
