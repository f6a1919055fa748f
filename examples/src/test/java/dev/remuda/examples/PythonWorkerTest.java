package dev.remuda.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.remuda.client.CallFailedException;
import dev.remuda.client.CallTimeoutException;
import dev.remuda.client.Checkout;
import dev.remuda.client.TaskClient;
import dev.remuda.client.WorkerDiedException;
import dev.remuda.server.ServerStats;
import dev.remuda.server.TaskServer;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code examples/python/echo_worker.py} under our supervisor, called by our client. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PythonWorkerTest {
  /** What the Python program serves, as Java sees it. */
  interface PythonEcho {
    List<Object> echo(Object... arguments);

    void fail(String message);

    long sleep(long millis);

    long pid();
  }

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long FOR_EVER = 600_000;
  private static final String SCRIPT =
      ProjectFiles.root().resolve("examples/python/echo_worker.py").toString();

  private static String python = "";

  private final Queue<String> printed = new ConcurrentLinkedQueue<>();
  private Path socket;
  private TaskServer server;

  @BeforeAll
  static void findPython() throws Exception {
    try {
      var asked = new ProcessBuilder("python3", "-c", "import sys; print(sys.executable)").start();
      python = new String(asked.getInputStream().readAllBytes(), UTF_8).strip();
      assumeTrue(asked.waitFor() == 0, "python3 does not work here");
    } catch (IOException e) {
      assumeTrue(false, "there is no python3 here: " + e.getMessage());
    }
  }

  @BeforeEach
  void chooseSocket(@TempDir Path folder) {
    socket = folder.resolve("echo.sock");
  }

  @AfterEach
  void close() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  @DisplayName("P.11 a Python worker is called through a Java interface")
  void isCalledThroughAnInterface() throws IOException {
    serve(1, 4);
    try (TaskClient client = client(PATIENCE)) {
      PythonEcho echo = client.of(PythonEcho.class).sync();

      assertThat(echo.echo(1L, "λ😀", Arrays.asList(1.5, null, true), Map.of("ключ", "值")))
          .containsExactly(1L, "λ😀", Arrays.asList(1.5, null, true), Map.of("ключ", "值"));
      assertThat(echo.sleep(1)).isEqualTo(1);
      assertThat(ProcessHandle.of(echo.pid())).isPresent();
    }
  }

  @Test
  @DisplayName("P.11 a Python worker is called by name, with large and empty values")
  void isCalledByName() throws Exception {
    serve(1, 4);
    try (TaskClient client = client(PATIENCE)) {
      String large = "\"\\λ]".repeat(1 << 18);

      assertThat(client.call("echo").get()).isEqualTo(List.of());
      assertThat(client.call("echo", large, Long.MIN_VALUE).get())
          .isEqualTo(List.of(large, Long.MIN_VALUE));
    }
  }

  @Test
  @DisplayName("P.5 an exception in Python fails its call, and the worker stays the checkout's")
  void failsACallAndLivesOn() throws Exception {
    serve(1, 4);
    try (TaskClient client = client(PATIENCE);
        Checkout<PythonEcho> checkout = client.of(PythonEcho.class).checkout()) {
      long before = checkout.sync().pid();

      var failure =
          catchThrowableOfType(CallFailedException.class, () -> checkout.sync().fail("no λ today"));
      assertThat(failure.error()).isEqualTo("RuntimeError: no λ today");
      assertThat(failure.remote()).isEmpty();
      assertThat(checkout.sync().pid()).isEqualTo(before);
    }
  }

  @Test
  @DisplayName("P.2 an unknown method and a result that cannot be written are errors, no deaths")
  void saysWhatIsWrongWithACall() throws Exception {
    serve(1, 4);
    try (SocketChannel raw = connect()) {
      send(raw, "[\"do\",{},\"fly\",1]");
      assertThat(receive(raw, 1))
          .isEqualTo("[\"er\",{},\"no method 'fly'; there is echo, fail, sleep, pid\"]");
      send(raw, "[\"do\",{},\"echo\",\"\\ud800\"]");
      assertThat(receive(raw, 1)).startsWith("[\"er\",{},\"error encoding interface output: ");
      send(raw, "[\"do\",{}]");
      assertThat(receive(raw, 1)).startsWith("[\"er\",{},\"no method None");
    }
  }

  @Test
  @DisplayName("a Python worker answers a greeting with its name, and takes no harm of it")
  void answersAGreeting() throws Exception {
    serve(1, 4);
    try (SocketChannel raw = connect()) {
      send(raw, "[\"hi\",{\"c\":{\"v\":1,\"caps\":[\"ab\"],\"name\":\"test\"}}]");
      assertThat(receive(raw, 1))
          .matches(
              "\\[\"hi\",\\{\"w\":\\{\"v\":1,\"pid\":\\d+,\"id\":\"python\\(1\\)\",\"caps\":\\[]}}]");
    }
    try (TaskClient client = TaskClient.builder().connect("unix:" + socket).greet().build()) {
      assertThat(client.call("echo", "λ").get()).isEqualTo(List.of("λ"));
    }
    assertThat(printed).isEmpty();
  }

  @Test
  @DisplayName("P.29 a Python worker that is killed fails its own call only, and is replaced")
  void isKilledInTheMiddleOfACall() throws Exception {
    serve(1, 4);
    try (TaskClient client = client(PATIENCE);
        Checkout<PythonEcho> checkout = client.of(PythonEcho.class).checkout()) {
      long victim = checkout.sync().pid();
      CompletableFuture<Long> sleeping = checkout.async(echo -> echo.sleep(FOR_EVER));
      ProcessHandle.of(victim).orElseThrow().destroyForcibly();

      assertThat(catchThrowableOfType(ExecutionException.class, sleeping::get))
          .hasCauseInstanceOf(WorkerDiedException.class);
      assertThat(client.of(PythonEcho.class).sync().pid()).isNotEqualTo(victim);
    }
  }

  @Test
  @DisplayName("P.7 a Python worker whose caller gave up ends in the middle of its call")
  void endsWithItsCaller() throws Exception {
    serve(1, 4);
    try (TaskClient client = client(Duration.ofSeconds(2));
        Checkout<PythonEcho> checkout = client.of(PythonEcho.class).checkout()) {
      ProcessHandle worker = ProcessHandle.of(checkout.sync().pid()).orElseThrow();

      assertThat(catchThrowableOfType(CallTimeoutException.class, () -> sleepForEver(checkout)))
          .hasMessageContaining("sleep had no answer");
      await().atMost(PATIENCE).until(() -> !worker.isAlive());
    }
  }

  private static void sleepForEver(Checkout<PythonEcho> checkout) {
    checkout.sync().sleep(FOR_EVER);
  }

  @Test
  @DisplayName("P.1 connections that say nothing cost no Python worker")
  void goesBackToAcceptAfterASilentProbe() throws Exception {
    serve(1, 1);
    long first = onlyWorker().pid();
    for (int i = 0; i < 3; i++) {
      connect().close();
    }

    try (TaskClient client = client(PATIENCE)) {
      assertThat(client.call("pid").get()).isEqualTo(first);
      // Before the client closes: then this worker ends, and is replaced.
      assertThat(server.stats().join().started()).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("P.1 the process ends with the connection on which a message came")
  void endsWithItsConnection() throws Exception {
    serve(1, 1);
    ProcessHandle first = ProcessHandle.of(onlyWorker().pid()).orElseThrow();
    try (SocketChannel raw = connect()) {
      send(raw, "[\"dn\",{}]");
    }
    await().atMost(PATIENCE).until(() -> !first.isAlive());
    await().atMost(PATIENCE).until(() -> server.stats().join().started() == 2);
  }

  @Test
  @DisplayName("messages and characters may be split anywhere, and joined")
  void readsSplitAndJoinedMessages() throws Exception {
    serve(1, 4);
    try (SocketChannel raw = connect()) {
      String text = "[\"do\",{\"x\":[]},\"echo\",\"λ😀]\\\"\\\\\"]";
      String reply = "[\"ok\",{},[\"λ😀]\\\"\\\\\"]]";
      byte[] whole = text.getBytes(UTF_8);
      for (int split = 1; split < whole.length; split++) {
        ByteBuffer first = ByteBuffer.allocate(whole.length + split);
        raw.write(first.put(whole).put(whole, 0, split).flip());
        // In one piece, so the answer shows that the worker has read up to the split.
        assertThat(receive(raw, 1)).isEqualTo(reply);
        raw.write(ByteBuffer.wrap(whole, split, whole.length - split));
        assertThat(receive(raw, 1)).as("split at %s", split).isEqualTo(reply);
      }

      send(raw, "[\"do\",{},\"echo\",1] \n[\"dn\",{}][\"do\",{},\"echo\",2]");
      assertThat(receive(raw, 2)).isEqualTo("[\"ok\",{},[1]][\"ok\",{},[2]]");
    }
  }

  @Test
  @DisplayName("what is no message ends the connection and the worker, with a line on stderr")
  void endsOnGarbage() throws Exception {
    serve(1, 4);
    for (String garbage :
        List.of("hello", "[}", "[\"do\"]", "[\"xx\",{}]", "[\"do\",{},NaN]", "[".repeat(600))) {
      try (SocketChannel raw = connect()) {
        send(raw, garbage);
        assertThat(raw.read(ByteBuffer.allocate(1))).as(garbage).isEqualTo(-1);
      }
    }
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(String.join("\n", printed))
                .contains(
                    "no message begins: 'hello'",
                    "unknown code 'xx'",
                    "NaN is no JSON",
                    "nesting over the limit"));
  }

  @Test
  @DisplayName("P.14 a killed supervisor takes the idle Python worker along, not the busy one")
  void outlivesItsSupervisorOnlyWhileItServes() throws Exception {
    try (var supervisor = JavaProgram.start(PythonServer.class, "unix:" + socket, python, SCRIPT)) {
      assertThat(supervisor.line()).isEqualTo("listening");
      try (TaskClient client = client(PATIENCE);
          Checkout<Object> checkout = client.checkout()) {
        Object busy = checkout.call("pid").get();
        await().atMost(PATIENCE).until(() -> workers().size() == 2);
        supervisor.kill();

        await().atMost(PATIENCE).until(() -> workers().size() == 1);
        assertThat(checkout.call("pid").get()).isEqualTo(busy);
      }
    }
    await().atMost(PATIENCE).until(() -> workers().isEmpty());
  }

  /** All Python workers of this machine: their first argument is the script. */
  private static List<ProcessHandle> workers() {
    return ProcessHandle.allProcesses()
        .filter(each -> each.info().arguments().map(all -> all[0].equals(SCRIPT)).orElse(false))
        .toList();
  }

  private void serve(int standby, int maxWorkers) throws IOException {
    server =
        TaskServer.builder()
            .name("python")
            .listen("unix:" + socket)
            .command(python, SCRIPT)
            .standby(standby)
            .maxWorkers(maxWorkers)
            .output((worker, stream, line) -> printed.add(line))
            .start();
  }

  private TaskClient client(Duration timeout) {
    return TaskClient.builder()
        .connect("unix:" + socket)
        .minWorkers(0)
        .maxWorkers(2)
        .timeout(timeout)
        .build();
  }

  private ServerStats.Worker onlyWorker() {
    await().atMost(PATIENCE).until(() -> isStandby(server.stats().join()));
    return server.stats().join().workers().getFirst();
  }

  private static boolean isStandby(ServerStats stats) {
    return stats.workers().size() == 1 && stats.workers().getFirst().state().equals("STANDBY");
  }

  private SocketChannel connect() throws IOException {
    SocketChannel raw = SocketChannel.open(StandardProtocolFamily.UNIX);
    raw.connect(UnixDomainSocketAddress.of(socket));
    return raw;
  }

  private static void send(SocketChannel raw, String text) throws IOException {
    raw.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
  }

  /** Reads until so many replies are there: these have no bracket pair {@code "][" } inside. */
  private static String receive(SocketChannel raw, int replies) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4096);
    String text = "";
    while (!text.endsWith("]") || text.split("]\\[", -1).length < replies) {
      assertThat(raw.read(bytes)).as("after %s", text).isPositive();
      text = new String(bytes.array(), 0, bytes.position(), UTF_8);
    }
    return text;
  }
}
