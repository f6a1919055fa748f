package dev.remuda.storm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.client.TaskClient;
import dev.remuda.faults.FaultProxy;
import dev.remuda.faults.MarkedProcesses;
import dev.remuda.faults.Signals;
import dev.remuda.protocol.Address;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One of a storm's supervisors, whose process is replaced and killed, and the network before it:
 * clients reach it by a proxy only.
 */
final class StormHost implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(40);
  static final String EXECUTIONS = "executions";

  /** Of one such address. */
  private static final int MAX_WORKERS = 8;

  private static final int ATTEMPTS = 20;

  /** How it is reached. */
  enum Kind {
    UNIX,
    TCP,
    TLS
  }

  private final Kind kind;
  private final String name;
  private final Path folder;
  private final Map<String, String> environment;
  private final List<Process> all = new CopyOnWriteArrayList<>();
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final AtomicBoolean busy = new AtomicBoolean();
  private final FaultProxy proxy;
  private String address;
  private volatile Process present;
  private volatile @Nullable Throwable trouble;

  StormHost(Kind kind, String name, Path folder, Map<String, String> environment, String local)
      throws Exception {
    this.kind = kind;
    this.name = name;
    this.folder = folder;
    this.environment = environment;
    this.address =
        switch (kind) {
          case UNIX -> "unix:" + folder.resolve(name);
          case TCP -> "tcp:" + local + ":0";
          case TLS -> "tls:localhost:0";
        };
    this.present = launch();
    this.address = Objects.requireNonNull(ready(present), said::toString);
    this.proxy = FaultProxy.open(proxied(local), target());
  }

  private SocketAddress proxied(String local) throws IOException {
    return kind == Kind.UNIX
        ? UnixDomainSocketAddress.of(folder.resolve(name + ".proxy"))
        : new InetSocketAddress(InetAddress.getByName(local), 0);
  }

  private SocketAddress target() throws IOException {
    return switch (Address.parse(address)) {
      case Address.Unix(Path path) -> UnixDomainSocketAddress.of(path);
      case Address.Tcp(String host, int port) ->
          new InetSocketAddress(InetAddress.getByName(host), port);
      case Address.Tls(String host, int port) ->
          new InetSocketAddress(InetAddress.getByName(host), port);
    };
  }

  String name() {
    return name;
  }

  FaultProxy proxy() {
    return proxy;
  }

  /** What clients connect to: the proxy. */
  String clientAddress() {
    return switch (proxy.address()) {
      case UnixDomainSocketAddress unix -> "unix:" + unix.getPath();
      case InetSocketAddress inet when kind == Kind.TLS -> "tls:localhost:" + inet.getPort();
      case InetSocketAddress inet ->
          "tcp:" + inet.getAddress().getHostAddress() + ":" + inet.getPort();
      default -> throw new IllegalStateException(String.valueOf(proxy.address()));
    };
  }

  /** Where the server itself listens, without a network between. */
  String serverAddress() {
    return address;
  }

  long pid() {
    return present.pid();
  }

  private Process launch() throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            StormServer.class.getName(),
            folder.toString(),
            name,
            address,
            kind == Kind.TLS ? "tls" : "plain",
            String.valueOf(MAX_WORKERS));
    var builder = new ProcessBuilder(command);
    builder.redirectError(ProcessBuilder.Redirect.appendTo(folder.resolve(name + ".err").toFile()));
    builder.environment().putAll(environment);
    Process process = builder.start();
    all.add(process);
    return process;
  }

  /** Waits until it serves; where, or null when it has given up. */
  private @Nullable String ready(Process process) throws IOException {
    BufferedReader lines = process.inputReader();
    String line = lines.readLine();
    said.add(process.pid() + " " + line);
    return line != null && line.startsWith("ready ") ? line.substring("ready ".length()) : null;
  }

  /** A further process takes over, from the present one if that lives; tries until one does. */
  private void startAnother() throws Exception {
    for (int i = 0; i < ATTEMPTS; i++) {
      Process next = launch();
      if (ready(next) != null) {
        present = next;
        return;
      }
      next.waitFor();
    }
    throw new AssertionError(name + " could not be started " + ATTEMPTS + " times: " + said);
  }

  private interface Change {
    void make() throws Exception;
  }

  private String change(String what, Change change) {
    if (!busy.compareAndSet(false, true)) {
      return name + " is being changed already";
    }
    Thread.ofVirtual()
        .name("storm-host")
        .start(() -> {
          try {
            change.make();
          } catch (Exception | AssertionError e) {
            trouble = e;
          } finally {
            busy.set(false);
          }
        });
    return name + " " + what + ", pid " + pid();
  }

  /** {@code kill -9}, and another is started. */
  String kill() {
    return change(
        "is killed",
        () -> {
          present.destroyForcibly().waitFor();
          startAnother();
        });
  }

  /** The host is off: with its workers, and until {@link #startLater}. */
  void turnOff(Signals signals) throws InterruptedException {
    present.destroyForcibly().waitFor();
    for (long pid : workers()) {
      signals.send("KILL", pid);
    }
  }

  /** After it was off; done when it serves. */
  CompletableFuture<?> startLater() {
    return CompletableFuture.runAsync(
        () -> {
          try {
            startAnother();
          } catch (Exception e) {
            throw new CompletionException(e);
          }
        },
        Thread::startVirtualThread);
  }

  List<Long> workers() {
    return MarkedProcesses.pids("-Dstorm.log=" + folder + "/", "dev.remuda.worker");
  }

  void awaitEnded() throws InterruptedException {
    assertThat(present.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as(name).isTrue();
  }

  /** Another takes its place; TLS addresses cannot be handed over, so there it ends first. */
  String replace() {
    return change(
        "is replaced",
        () -> {
          if (kind == Kind.TLS) {
            present.destroy();
            present.waitFor();
          }
          startAnother();
        });
  }

  void awaitChanged() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(busy).as("%s, %s", name, said).isFalse());
    assertThat(trouble).as("%s, %s", name, said).isNull();
  }

  /** All but the present one are over. */
  void awaitFormerEnded() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(all.stream().filter(Process::isAlive).toList())
                .as("%s: %s", name, said)
                .containsExactly(present));
  }

  /** What its control address answers. */
  @Nullable Object ask(String question) {
    try (TaskClient control =
        TaskClient.builder()
            .connect("unix:" + folder.resolve(name + ".ctl"))
            .minWorkers(0)
            .maxWorkers(1)
            .timeout(PATIENCE)
            .build()) {
      return control.call(question).join();
    }
  }

  /** How many of its workers are in each state. */
  List<String> states() {
    var states = new ArrayList<String>();
    for (Object each : (List<?>) Objects.requireNonNull(ask("workers"))) {
      states.add(String.valueOf(((Map<?, ?>) each).get("state")));
    }
    return states;
  }

  /** SIGTERM. */
  @Override
  public void close() throws IOException {
    proxy.close();
    all.forEach(Process::destroy);
    List<Process> stubborn = all.stream().filter(each -> !hasEnded(each.onExit())).toList();
    for (Process each : all) {
      each.destroyForcibly().onExit().join();
      each.inputReader().close();
      each.getErrorStream().close();
      each.getOutputStream().close();
    }
    assertThat(stubborn).as("%s: did not end by SIGTERM", name).isEmpty();
  }

  private static boolean hasEnded(CompletableFuture<Process> end) {
    try {
      end.copy().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
      return true;
    } catch (CompletionException e) {
      return false;
    }
  }
}
