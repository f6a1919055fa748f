package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** A server with real workers in a folder of its own; leaves no process and no file. */
final class RunningServer implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);

  final Path folder;
  final TaskServer server;

  /** What workers printed: {@code test(1) ERR text}. */
  final List<String> printed = new CopyOnWriteArrayList<>();

  private final Set<Long> pids = ConcurrentHashMap.newKeySet();

  private RunningServer(UnaryOperator<TaskServer.Builder> settings) throws IOException {
    folder = Files.createTempDirectory("remuda-test");
    TaskServer.Builder builder =
        TaskServer.builder()
            .name("test")
            .crashReports(folder.resolve("crashes"))
            .environment("TRIAL", folder.toString())
            .jvmArguments("-XX:TieredStopAtLevel=1", "-Xmx64m")
            .output((id, stream, line) -> {
              printed.add(id + " " + stream + " " + line);
            });
    server = settings.apply(builder.listen("unix:" + folder.resolve("s"))).start();
  }

  static RunningServer start(UnaryOperator<TaskServer.Builder> settings) throws IOException {
    return new RunningServer(settings);
  }

  static RunningServer serving(Class<?> served) throws IOException {
    return start(b -> b.serve(served));
  }

  /** What the hooks of {@link Served.Hooked} have done, with the pid. */
  List<String> log() throws IOException {
    Path log = folder.resolve("log");
    return Files.exists(log) ? Files.readAllLines(log) : List.of();
  }

  /** Tells the hooks of {@link Served.Hooked} what to do, such as {@code setup-fails}. */
  void tell(String what) throws IOException {
    Files.createFile(folder.resolve(what));
  }

  void untell(String what) throws IOException {
    Files.delete(folder.resolve(what));
  }

  RawPeer connect() throws IOException {
    return RawPeer.connect(server.addresses().getFirst());
  }

  Address control() {
    return server.controlAddress().orElseThrow();
  }

  /** To the supervisor itself. */
  RawPeer ask() throws IOException {
    return RawPeer.connect(control());
  }

  ServerStats stats() {
    ServerStats stats = server.stats().join();
    stats.workers().forEach(worker -> pids.add(worker.pid()));
    return stats;
  }

  List<ServerStats.Worker> in(String state) {
    var all = new ArrayList<ServerStats.Worker>();
    for (ServerStats.Worker worker : stats().workers()) {
      if (worker.state().equals(state)) {
        all.add(worker);
      }
    }
    return all;
  }

  /** Waits until so many workers are in a state, and gives them. */
  List<ServerStats.Worker> awaitIn(String state, int count) {
    return await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> in(state), workers -> workers.size() == count);
  }

  void awaitPrinted(String part) {
    await().atMost(PATIENCE).until(() -> printed.stream().anyMatch(line -> line.contains(part)));
  }

  static boolean alive(long pid) {
    return Files.exists(Path.of("/proc/" + pid));
  }

  static void awaitGone(long pid) {
    await().atMost(PATIENCE).pollInterval(Duration.ofMillis(2)).until(() -> !alive(pid));
  }

  @Override
  public void close() throws IOException {
    stats();
    server.close();
    for (long pid : pids) {
      assertThat(alive(pid)).as("worker %d lives after close", pid).isFalse();
    }
    assertThat(folder.resolve("s")).doesNotExist();
    assertThat(folder.resolve("s.lock")).doesNotExist();
    assertThat(folder.resolve("s.ctl")).doesNotExist();
    assertThat(folder.resolve("s.ctl.lock")).doesNotExist();
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
