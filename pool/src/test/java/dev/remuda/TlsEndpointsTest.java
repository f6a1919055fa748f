package dev.remuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.TestAuthority.Issued;
import dev.remuda.client.TaskClient;
import dev.remuda.protocol.Address;
import dev.remuda.server.ServerStats;
import dev.remuda.server.TaskServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("P.35 Three servers over tls:, of which one is killed, one cut off, one drained")
@Timeout(240)
class TlsEndpointsTest {
  private static final Duration PATIENCE = TlsHost.PATIENCE;
  private static final int CALLERS = 3;

  @TempDir Path folder;

  private TaskServer server(Issued own, TestAuthority authority, String address)
      throws IOException {
    return TlsHost.builder(folder, address, own, authority).standby(1).maxWorkers(4).start();
  }

  private static ServerStats.Gateway gateway(TaskServer server) {
    return server.stats().join().gateways().getFirst();
  }

  private static int port(TaskServer server) {
    return ((Address.Tls) server.addresses().getFirst()).port();
  }

  /** Calls without a break, by as many at a time as there are callers. */
  private static final class Load implements AutoCloseable {
    final AtomicInteger failed = new AtomicInteger();
    private final AtomicIntegerArray done = new AtomicIntegerArray(CALLERS);
    private final TaskClient client;
    private final AtomicBoolean over = new AtomicBoolean();
    private final List<CompletableFuture<Void>> callers = new ArrayList<>();

    Load(TaskClient client) {
      this.client = client;
      for (int i = 0; i < CALLERS; i++) {
        int caller = i;
        callers.add(CompletableFuture.runAsync(() -> call(caller), Thread::startVirtualThread));
      }
    }

    private void call(int caller) {
      for (int i = 0; !over.get(); i++) {
        client
            .call("echo", caller + " " + i) // or what kills servers here would be called poison
            .handle(
                (value, e) -> e == null ? done.incrementAndGet(caller) : failed.incrementAndGet())
            .join();
      }
    }

    /** By each caller: none of them is left with a call from before. */
    void awaitMore(int calls) {
      for (int i = 0; i < CALLERS; i++) {
        int caller = i;
        int goal = done.get(caller) + calls;
        await()
            .atMost(PATIENCE)
            .untilAsserted(() ->
                assertThat(done.get(caller))
                    .as("%s %s", client.stats(), client.connectFailure())
                    .isGreaterThanOrEqualTo(goal));
      }
    }

    /** Since it was asked last. */
    void assertFailedAtMost(int calls, String which) {
      assertThat(failed.getAndSet(0)).as(which).isLessThanOrEqualTo(calls);
    }

    @Override
    public void close() {
      over.set(true);
      CompletableFuture.allOf(callers.toArray(CompletableFuture[]::new))
          .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
          .join();
    }
  }

  @Test
  @SuppressWarnings("try") // one of the closes is what is shown
  @DisplayName("P.35 P.1 calls go on, and none fails for a server that drains")
  void callsGoOn() throws Exception {
    var authority = new TestAuthority(folder, "authority");
    Issued own = authority.issue(folder, "server", "EC", TestAuthority.VALID, "localhost");
    Issued client = authority.issue(folder, "client");
    try (TaskServer first = server(own, authority, "tls:localhost:0");
        TaskServer second = server(own, authority, "tls:localhost:0");
        TaskServer third = server(own, authority, "tls:localhost:0");
        Cable cable = new Cable(port(second));
        TaskClient calls =
            TaskClient.builder()
                .connect(
                    "tls:localhost:" + port(first),
                    "tls:localhost:" + cable.port(),
                    "tls:localhost:" + port(third))
                .tls(client.certificate(), client.key(), authority.file)
                .minWorkers(CALLERS)
                .maxWorkers(CALLERS)
                .queueTimeout(PATIENCE)
                .callTimeout(Duration.ofSeconds(3))
                .greet()
                .build();
        Load load = new Load(calls)) {
      for (TaskServer each : List.of(first, second, third)) {
        await().atMost(PATIENCE).until(() -> gateway(each).connections() == 1);
      }
      load.awaitMore(20);
      assertThat(load.failed).hasValue(0);

      first.close(); // with its worker, whatever it does
      load.awaitMore(20);
      load.assertFailedAtMost(CALLERS, "what ran at the one that was killed");

      try (TaskServer again = server(own, authority, "tls:localhost:" + port(first))) {
        cable.cut();
        load.awaitMore(20);
        load.assertFailedAtMost(CALLERS, "what ran at the one that is cut off");

        third.drain().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        load.awaitMore(20);
        load.assertFailedAtMost(0, "nothing is lost at the one that drains");
        assertThat(gateway(again).connections()).as("nobody else is left").isPositive();

        cable.mend();
        again.close();
        load.awaitMore(20);
        load.assertFailedAtMost(CALLERS, "what ran at the one that was killed");
      }
    }
  }

  /** A way to a port of this host that can be cut, as a network is: nothing is said on it then. */
  private static final class Cable implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int port;
    private final List<Socket> held = new CopyOnWriteArrayList<>();
    private volatile boolean cut;

    Cable(int port) throws IOException {
      this.port = port;
      Thread.startVirtualThread(this::acceptAll);
    }

    int port() {
      return listener.getLocalPort();
    }

    void cut() {
      cut = true;
    }

    /** What was connected before stays dead. */
    void mend() {
      cut = false;
    }

    private void acceptAll() {
      try {
        while (true) {
          Socket from = listener.accept();
          held.add(from);
          if (cut) {
            continue; // it hears nothing, not even an end
          }
          var to = new Socket(InetAddress.getLoopbackAddress(), port);
          held.add(to);
          var dead = new AtomicBoolean();
          Thread.startVirtualThread(() -> carry(from, to, dead));
          Thread.startVirtualThread(() -> carry(to, from, dead));
        }
      } catch (IOException closed) {
        // The test is over.
      }
    }

    private void carry(Socket from, Socket to, AtomicBoolean dead) {
      byte[] bytes = new byte[8192];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
          if (cut || dead.get()) {
            dead.set(true);
            return;
          }
          out.write(bytes, 0, n);
        }
      } catch (IOException e) {
        // One side has gone.
      }
      close(from);
      close(to);
    }

    private static void close(Socket socket) {
      try {
        socket.close();
      } catch (IOException e) {
        // It has gone already.
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
      held.forEach(Cable::close);
    }
  }
}
