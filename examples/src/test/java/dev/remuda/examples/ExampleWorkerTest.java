package dev.remuda.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.remuda.client.CallFailedException;
import dev.remuda.client.CallTimeoutException;
import dev.remuda.client.Checkout;
import dev.remuda.client.TaskClient;
import dev.remuda.client.WorkerDiedException;
import dev.remuda.protocol.Message;
import dev.remuda.server.ServerStats;
import dev.remuda.server.TaskServer;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each example worker in another language does under our supervisor, for our client. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ExampleWorkerTest {
  /** What the examples serve, as Java sees it. */
  interface ForeignEcho {
    List<Object> echo(Object... arguments);

    void fail(String message);

    long sleep(long millis);

    long pid();

    List<String> keep(String value);
  }

  static final Duration PATIENCE = Duration.ofSeconds(20);
  static final long FOR_EVER = 600_000;

  final Queue<String> printed = new ConcurrentLinkedQueue<>();
  private final Script script;
  Path folder;
  Path socket;
  TaskServer server;

  ExampleWorkerTest(Script script) {
    this.script = script;
  }

  @BeforeEach
  void chooseSocket(@TempDir Path temporary) {
    folder = temporary;
    socket = temporary.resolve("echo.sock");
  }

  @AfterEach
  void close() {
    if (server != null) {
      server.close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("P.11 a worker in another language is called by an interface, greeted or not")
  void isCalledThroughAnInterface(boolean greet) throws IOException {
    serve(1, 4);
    TaskClient.Builder builder = TaskClient.builder().connect("unix:" + socket).timeout(PATIENCE);
    try (TaskClient client = greet ? builder.greet().build() : builder.build()) {
      ForeignEcho echo = client.of(ForeignEcho.class).sync();

      assertThat(echo.echo(1L, "λ😀", Arrays.asList(1.5, null, true), Map.of("ключ", "值")))
          .containsExactly(1L, "λ😀", Arrays.asList(1.5, null, true), Map.of("ключ", "值"));
      assertThat(echo.sleep(1)).isEqualTo(1);
      assertThat(ProcessHandle.of(echo.pid())).isPresent();
    }
    assertThat(printed).isEmpty();
  }

  @Test
  @DisplayName("P.11 all that JSON can hold travels through a worker in another language and back")
  void echoesAllKinds() throws Exception {
    serve(1, 4);
    try (TaskClient client = client(PATIENCE)) {
      List<Object> all = new ArrayList<>();
      all.add(null);
      all.addAll(List.of(true, false, 0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE, 0.1, -2.5e-300));
      all.add(BigInteger.TEN.pow(300).negate());
      all.addAll(List.of("", "0", "1.0", "true", "\u0000\t\"\\/\u007f\u2028", "λ😀"));
      all.addAll(List.of(List.of(), Map.of(), Map.of("", List.of(Map.of("a", List.of(1L))))));

      assertThat(client.call("echo", all.toArray()).get()).isEqualTo(all);
      assertThat(client.call("echo").get()).isEqualTo(List.of());
      String large = "\"\\λ]".repeat(1 << 16);
      assertThat(client.call("echo", large).get()).isEqualTo(List.of(large));
    }
  }

  @Test
  @DisplayName("P.5 P.11 an exception in another language fails its call, and the worker lives on")
  void failsACallAndLivesOn() throws Exception {
    serve(1, 4);
    try (TaskClient client = client(PATIENCE);
        Checkout<ForeignEcho> checkout = client.of(ForeignEcho.class).checkout()) {
      long before = checkout.sync().pid();

      var failure =
          catchThrowableOfType(CallFailedException.class, () -> checkout.sync().fail("no λ today"));
      assertThat(failure.error().toString()).contains("no λ today");
      assertThat(checkout.sync().pid()).isEqualTo(before);
    }
  }

  @Test
  @DisplayName("P.2 a method that a worker in another language does not have is an error of a call")
  void saysWhatIsWrongWithACall() throws Exception {
    serve(1, 4);
    try (RawConnection raw = new RawConnection(socket)) {
      assertThat(raw.call("\"fly\",1").rest().toString()).contains("fly", "echo", "sleep");
      assertThat(raw.call("null").rest().toString()).contains("no method");
      assertThat(raw.call("\"echo\"").code()).isEqualTo("ok");
    }
  }

  @Test
  @DisplayName("P.11 what a checkout left in a worker in another language is gone for the next one")
  void rollsBackAtRelease() throws Exception {
    serve(1, 1);
    try (TaskClient client = client(PATIENCE)) {
      long pid;
      try (Checkout<ForeignEcho> one = client.of(ForeignEcho.class).checkout()) {
        pid = one.sync().pid();
        one.sync().keep("a");
        assertThat(one.sync().keep("b")).containsExactly("a", "b");
      }
      try (Checkout<ForeignEcho> next = client.of(ForeignEcho.class).checkout()) {
        assertThat(next.sync().keep("c")).containsExactly("c");
        assertThat(next.sync().pid()).isEqualTo(pid);
      }
    }
  }

  @Test
  @DisplayName("P.29 a worker in another language that is killed fails its own call only")
  void isKilledInTheMiddleOfACall() throws Exception {
    serve(1, 4);
    try (TaskClient client = client(PATIENCE);
        Checkout<ForeignEcho> checkout = client.of(ForeignEcho.class).checkout()) {
      long victim = checkout.sync().pid();
      CompletableFuture<Long> sleeping = checkout.async(echo -> echo.sleep(FOR_EVER));
      ProcessHandle.of(victim).orElseThrow().destroyForcibly();

      assertThat(catchThrowableOfType(ExecutionException.class, sleeping::get))
          .hasCauseInstanceOf(WorkerDiedException.class);
      assertThat(client.of(ForeignEcho.class).sync().pid()).isNotEqualTo(victim);
    }
  }

  @Test
  @DisplayName("P.7 a worker in another language whose caller gave up ends within its call")
  void endsWithItsCaller() throws Exception {
    serve(1, 4);
    try (TaskClient client = client(Duration.ofSeconds(2));
        Checkout<ForeignEcho> checkout = client.of(ForeignEcho.class).checkout()) {
      ProcessHandle worker = ProcessHandle.of(checkout.sync().pid()).orElseThrow();

      var failure =
          catchThrowableOfType(CallTimeoutException.class, () -> checkout.sync().sleep(FOR_EVER));
      assertThat(failure).hasMessageContaining("sleep had no answer");
      assertGivenUp(failure);
      await().atMost(PATIENCE).until(() -> !worker.isAlive());
    }
  }

  /** What else such a failure says. */
  abstract void assertGivenUp(CallTimeoutException failure);

  @Test
  @DisplayName("P.7 a client that leaves in the middle of a call ends a worker in another language")
  void endsWithAClientThatLeaves() throws Exception {
    serve(1, 1);
    ProcessHandle worker = ProcessHandle.of(onlyWorker().pid()).orElseThrow();
    try (RawConnection raw = new RawConnection(socket)) {
      raw.send("[\"do\",{},\"sleep\"," + FOR_EVER + "]");
      await().atMost(PATIENCE).until(() -> onlyState().equals("BUSY"));
    }
    await().atMost(PATIENCE).until(() -> !worker.isAlive());
    assertThat(printed).isEmpty();
  }

  @Test
  @DisplayName("P.1 connections that say nothing cost no worker in another language")
  void goesBackToAcceptAfterASilentProbe() throws Exception {
    serve(1, 1);
    long first = onlyWorker().pid();
    for (int i = 0; i < 3; i++) {
      new RawConnection(socket).close();
    }

    try (TaskClient client = client(PATIENCE)) {
      assertThat(client.call("pid").get()).isEqualTo(first);
      // Before the client closes: then this worker ends, and is replaced.
      assertThat(server.stats().join().started()).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("P.1 a process in another language ends with the connection on which a message came")
  void endsWithItsConnection() throws Exception {
    serve(1, 1);
    ProcessHandle first = ProcessHandle.of(onlyWorker().pid()).orElseThrow();
    try (RawConnection raw = new RawConnection(socket)) {
      raw.send("[\"dn\",{}]");
    }
    await().atMost(PATIENCE).until(() -> !first.isAlive());
    await().atMost(PATIENCE).until(() -> server.stats().join().started() == 2);
  }

  @Test
  @DisplayName("P.11 messages and characters may be split anywhere, and joined")
  void readsSplitAndJoinedMessages() throws Exception {
    serve(1, 4);
    try (RawConnection raw = new RawConnection(socket)) {
      byte[] whole = "[\"do\",{\"x\":[]},\"echo\",\"λ😀]\\\"\\\\\"]".getBytes(UTF_8);
      Object reply = List.of("λ😀]\"\\");
      for (int split = 1; split < whole.length; split++) {
        byte[] first = Arrays.copyOf(whole, whole.length + split);
        System.arraycopy(whole, 0, first, whole.length, split);
        raw.send(first, 0, first.length);
        // The answer shows that the worker has read up to the split.
        assertThat(raw.next().rest()).containsExactly(reply);
        raw.send(whole, split, whole.length - split);
        assertThat(raw.next().rest()).as("split at %s", split).containsExactly(reply);
      }

      raw.send("[\"do\",{},\"echo\",1] \n[\"dn\",{}][\"do\",{},\"echo\",2]");
      assertThat(raw.next().rest()).containsExactly(List.of(1L));
      Message second = raw.next();
      assertThat(second.rest()).containsExactly(List.of(2L));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"hello", "[}", "[\"do\"]", "[\"xx\",{}]", "[\"ok\",{},1]", "[\"do\",{},NaN]"})
  @DisplayName("P.11 what is no message ends a worker in another language, with a line on stderr")
  void endsOnGarbage(String garbage) throws Exception {
    serve(1, 1);
    ProcessHandle worker = ProcessHandle.of(onlyWorker().pid()).orElseThrow();
    try (RawConnection raw = new RawConnection(socket)) {
      raw.send(garbage);
      assertThat(raw.next()).isNull();
      await().atMost(PATIENCE).until(() -> !worker.isAlive());
    }
    await().atMost(PATIENCE).until(() -> !printed.isEmpty());
    assertThat(printed).hasSize(1).first().asString().contains("the connection ends");
  }

  @Test
  @DisplayName("P.11 what is past a limit is answered before a worker in another language ends")
  void answersWhatIsPastALimit() throws Exception {
    serve(1, 1);
    for (String large : List.of("[".repeat(600), "[\"do\",{},\"echo\"," + "9".repeat(10_001))) {
      try (RawConnection raw = new RawConnection(socket)) {
        raw.send(large + "]");
        assertThat(raw.next().rest().toString()).contains("over the limit of");
        assertThat(raw.next()).isNull();
      }
    }
  }

  @Test
  @DisplayName("P.14 a killed supervisor takes the idle worker along, not the busy one")
  void outlivesItsSupervisorOnlyWhileItServes() throws Exception {
    var arguments = new ArrayList<>(List.of("unix:" + socket));
    arguments.addAll(script.command());
    try (var supervisor =
        JavaProgram.start(ExampleServer.class, arguments.toArray(new String[0]))) {
      assertThat(supervisor.line()).isEqualTo("listening");
      try (TaskClient client = client(PATIENCE);
          Checkout<Object> checkout = client.checkout()) {
        Object busy = checkout.call("pid").get();
        await().atMost(PATIENCE).until(() -> workers().size() == 2);
        supervisor.kill();

        await().atMost(PATIENCE).until(() -> workers().size() == 1);
        assertThat(checkout.call("pid").get()).isEqualTo(busy);
        await().atMost(PATIENCE).until(this::nobodyListens);
      }
    }
    await().atMost(PATIENCE).until(() -> workers().isEmpty());
  }

  private boolean nobodyListens() {
    try {
      new RawConnection(socket).close();
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  @DisplayName("P.11 told to retire, an idle worker in another language leaves with status 0")
  void leavesWhenIdle() throws Exception {
    serveDirected();
    ServerStats.Worker first = onlyWorker();
    direct("retire");
    assertThat(server.exitOf(first.id()).get().orElseThrow().cause().toString())
        .isEqualTo("exited with status 0");
  }

  @Test
  @DisplayName("P.11 told to retire, a busy worker in another language asks its client for it")
  void asksToBeLetGo() throws Exception {
    serveDirected();
    ProcessHandle worker = ProcessHandle.of(onlyWorker().pid()).orElseThrow();
    try (RawConnection raw = new RawConnection(socket)) {
      raw.send("[\"hi\",{\"c\":{\"v\":1,\"caps\":[\"rt\"],\"name\":\"test\"}}]");
      assertThat(raw.next().code()).isEqualTo("hi");
      direct("retire");
      assertThat(raw.next().code()).isEqualTo("rt");
      assertThat(raw.call("\"echo\",1").rest()).containsExactly(List.of(1L));
    }
    await().atMost(PATIENCE).until(() -> !worker.isAlive());
  }

  @Test
  @DisplayName("P.11 told to retire, a worker of a client that cannot be asked leaves at a release")
  void leavesAtARelease() throws Exception {
    serveDirected();
    ProcessHandle worker = ProcessHandle.of(onlyWorker().pid()).orElseThrow();
    try (RawConnection raw = new RawConnection(socket)) {
      assertThat(raw.call("\"echo\",1").code()).isEqualTo("ok");
      direct("retire");
      assertThat(raw.call("\"echo\",2").code()).isEqualTo("ok");
      await().atMost(PATIENCE).until(() -> isGoneAfterRelease(raw, worker));
    }
  }

  /** The word of its supervisor may reach it after this one. */
  private static boolean isGoneAfterRelease(RawConnection raw, ProcessHandle worker) {
    try {
      raw.send("[\"dn\",{}]");
      return !worker.isAlive();
    } catch (IOException e) {
      return true;
    }
  }

  /** All workers of this kind on this machine: their first argument is the script. */
  private List<ProcessHandle> workers() {
    return ProcessHandle.allProcesses()
        .filter(each ->
            each.info()
                .arguments()
                .filter(all -> all.length > 0) // one that is ending has none
                .map(all -> all[0].equals(script.path()))
                .orElse(false))
        .toList();
  }

  void serve(int standby, int maxWorkers) throws IOException {
    serve(script.command(), standby, maxWorkers);
  }

  private void serve(List<String> command, int standby, int maxWorkers) throws IOException {
    server =
        TaskServer.builder()
            .name("echo")
            .listen("unix:" + socket)
            .command(command)
            .standby(standby)
            .maxWorkers(maxWorkers)
            .output((worker, stream, line) -> printed.add(line))
            .start();
  }

  /** One worker whose descriptor 3 is the test's. */
  private void serveDirected() throws IOException, InterruptedException {
    String pipe = folder.resolve("control").toString();
    assertThat(new ProcessBuilder("mkfifo", pipe).start().waitFor()).isZero();
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "exec 3<>\"$0\"; exec \"$@\"", pipe));
    command.addAll(script.command());
    serve(command, 1, 1);
  }

  private void direct(String line) throws IOException {
    Files.writeString(folder.resolve("control"), line + "\n");
  }

  TaskClient client(Duration timeout) {
    return TaskClient.builder()
        .connect("unix:" + socket)
        .minWorkers(0)
        .maxWorkers(2)
        .timeout(timeout)
        .build();
  }

  private ServerStats.Worker onlyWorker() {
    await().atMost(PATIENCE).until(() -> onlyState().equals("STANDBY"));
    return server.stats().join().workers().getFirst();
  }

  private String onlyState() {
    List<ServerStats.Worker> workers = server.stats().join().workers();
    return workers.size() == 1 ? workers.getFirst().state() : "";
  }
}
