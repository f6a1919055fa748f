package dev.remuda;

import static org.awaitility.Awaitility.await;

import dev.remuda.TestAuthority.Issued;
import dev.remuda.client.TaskClient;
import dev.remuda.protocol.Address;
import dev.remuda.server.ServerStats;
import dev.remuda.server.TaskServer;
import dev.remuda.worker.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** An authority, a server behind {@code tls:localhost}, and clients of it. */
final class TlsHost implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(40);

  /** What is served. */
  public static final class Service {
    public String echo(String text) {
      return text;
    }

    public long pid() {
      return ProcessHandle.current().pid();
    }

    public int count(int to) {
      for (int i = 1; i <= to; i++) {
        Progress.report(i);
      }
      return to;
    }

    public void fail() {
      throw new IllegalStateException("as asked");
    }

    /** Notes that it ran, and ends without an answer. */
    public void die(String note) throws Exception {
      Files.writeString(Path.of(note), "x", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      Runtime.getRuntime().halt(1);
    }

    public void sleep(long millis) throws InterruptedException {
      Thread.sleep(millis);
    }
  }

  final Path folder;
  final TestAuthority authority;
  final Issued own;
  final Issued client;
  final TaskServer server;
  private final List<TaskClient> clients = new ArrayList<>();

  TlsHost(Path folder, UnaryOperator<TaskServer.Builder> more) throws Exception {
    this.folder = folder;
    authority = new TestAuthority(folder, "authority");
    own = authority.issue(folder, "server", "EC", TestAuthority.VALID, "localhost");
    client = authority.issue(folder, "client");
    server = more.apply(builder(folder, "tls:localhost:0", own, authority)).start();
  }

  static TaskServer.Builder builder(
      Path folder, String address, Issued own, TestAuthority authority) {
    return TaskServer.builder()
        .name("tls")
        .listen(address)
        .tls(own.certificate(), own.key(), authority.file)
        .serve(Service.class)
        .crashReports(folder.resolve("crashes"))
        .jvmArguments("-Xmx96m", "-XX:TieredStopAtLevel=1");
  }

  Address.Tls address() {
    return (Address.Tls)
        server.addresses().stream().filter(Address.Tls.class::isInstance).findFirst().orElseThrow();
  }

  TaskClient.Builder to(String address, Issued certificate) {
    return TaskClient.builder()
        .connect(address)
        .tls(certificate.certificate(), certificate.key(), authority.file)
        .minWorkers(0)
        .maxWorkers(2)
        .timeout(PATIENCE)
        .greet();
  }

  TaskClient start(TaskClient.Builder builder) {
    TaskClient started = builder.build();
    clients.add(started);
    return started;
  }

  TaskClient connect() {
    return start(to(address().toString(), client));
  }

  ServerStats.Gateway gateway() {
    return server.stats().join().gateways().getFirst();
  }

  void awaitRefusal(String part) {
    await()
        .atMost(PATIENCE)
        .until(() -> gateway().lastRefusal().orElse(""), last -> last.contains(part));
  }

  /** Or they go on trying to connect. */
  void closeClients() {
    clients.forEach(TaskClient::close);
    clients.clear();
  }

  @Override
  public void close() {
    closeClients();
    server.close();
  }
}
