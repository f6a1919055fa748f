package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.remuda.client.TaskClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("P.16 A server ends as it is asked to")
class ServeSignalsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Runs a command in a terminal of its own, which closes at SIGUSR1; tells pid and status. */
  private static final String TERMINAL =
      """
      import os, pty, signal, sys
      err = os.dup(2)
      pid, terminal = pty.fork()
      if pid == 0:
          os.dup2(err, 2)
          os.execv(sys.argv[1], sys.argv[1:])
      signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
      print(pid, flush=True)
      shown = ''
      while 'ready: ' not in shown:
          shown += os.read(terminal, 1000).decode()
      print(shown, flush=True)
      signal.sigwait({signal.SIGUSR1})
      os.close(terminal)
      print('status', os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
      """;

  @TempDir Path folder;
  @TempDir Path elsewhere;
  private String address;

  @BeforeEach
  void name() {
    address = "unix:" + folder.resolve("s.sock");
  }

  private Command serve(String... more) {
    return Command.start(
            Stream.concat(
                    Stream.of("serve", "--listen", address, "--class", Awaiting.class.getName()),
                    Stream.of(more))
                .toArray(String[]::new))
        .awaitOut("ready: ");
  }

  /** One that runs, until it is let go. */
  private Command call() {
    String file = "\"" + elsewhere.resolve("go") + "\"";
    Command call = Command.start("call", address, "await", file, "--timeout", "5m");
    await().atMost(PATIENCE).until(() -> Command.dumpOfBusy(address).contains("Awaiting.await("));
    return call;
  }

  private void letGo() throws IOException {
    Files.createFile(elsewhere.resolve("go"));
  }

  private void assertNothingLeft() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  @DisplayName("P.16 SIGTERM lets the call that runs come to its end, and takes no more")
  void callsFinish() throws IOException {
    try (var server = serve();
        var call = call()) {
      List<ProcessHandle> workers = server.children();
      server.signal("TERM");
      server.awaitErr("SIGTERM: 1 worker is serving and has 30s to finish; a second signal ends");
      letGo();
      assertThat(call.end().out()).isEqualTo("\"done\"\n");
      assertThat(server.end().status()).isEqualTo(143);
      assertThat(server.err()).doesNotContain("was killed", "Exception");
      Command.awaitGone(workers);
    }
    assertNothingLeft();
  }

  @Test
  @DisplayName("P.16 a second signal ends all at once")
  void twice() throws IOException {
    try (var server = serve();
        var call = call()) {
      List<ProcessHandle> workers = server.children();
      server.signal("TERM");
      server.awaitErr("a second signal ends all at once");
      server.signal("INT");
      server.awaitErr("SIGINT again: all workers are killed");
      assertThat(server.end().status()).isEqualTo(143);
      assertThat(call.end().status()).isEqualTo(1);
      Command.awaitGone(workers);
    }
    assertNothingLeft();
  }

  @Test
  @DisplayName("P.16 what is not over within the grace is killed, and named")
  void graceEnds() throws IOException {
    try (var server = serve("--grace", "300ms");
        var call = call()) {
      server.signal("INT");
      assertThat(server.end().status()).isEqualTo(130);
      assertThat(server.err())
          .containsPattern(
              "Awaiting\\(\\d+\\) \\(pid \\d+\\) was killed: its checkout was not over 300 ms"
                  + " after");
      assertThat(call.end().status()).isEqualTo(1);
    }
    assertNothingLeft();
  }

  @Test
  @DisplayName("P.16 SIGHUP replaces all workers, and no call fails")
  void reloads() throws InterruptedException {
    try (var server = serve("--standby", "2");
        TaskClient client = TaskClient.builder().connect(address).minWorkers(2).build()) {
      var failures = new CopyOnWriteArrayList<Throwable>();
      var answered = new AtomicInteger();
      var enough = new AtomicBoolean();
      List<Thread> callers =
          Stream.generate(() -> 0)
              .limit(4)
              .map(nothing ->
                  Thread.startVirtualThread(() -> {
                    while (!enough.get()) {
                      try {
                        client.call("sleep", 5).join();
                        answered.incrementAndGet();
                      } catch (CompletionException e) {
                        failures.add(e);
                      }
                    }
                  }))
              .toList();
      for (int round = 0; round < 2; round++) {
        await().atMost(PATIENCE).until(() -> server.children().size() >= 4);
        List<ProcessHandle> before = server.children();
        int calls = answered.get();
        server.signal("HUP");
        server.awaitErr("SIGHUP: all workers are replaced, new ones first");
        Command.awaitGone(before);
        await().atMost(PATIENCE).until(() -> answered.get() > calls + 20);
      }
      enough.set(true);
      for (Thread each : callers) {
        each.join();
      }
      assertThat(failures).isEmpty();
      assertThat(answered).hasPositiveValue();
    }
  }

  @Test
  @DisplayName("P.16 remuda drain --wait follows until nobody is left; the server exits with 0")
  void drained() throws IOException {
    try (var server = serve();
        var call = call();
        var waiting = Command.start("drain", address, "--wait")) {
      waiting.awaitErr("1 worker left: ");
      letGo();
      Command.Ended drain = waiting.end();
      assertThat(drain.status()).isZero();
      assertThat(drain.out())
          .matches("drained in .*: the server \\(pid " + server.pid() + "\\) has ended\n");
      assertThat(drain.err()).containsPattern("1 worker left: Awaiting\\(\\d+\\) RETIRING ");
      assertThat(call.end().out()).isEqualTo("\"done\"\n");
      assertThat(server.end().status()).isZero();
    }
    assertNothingLeft();
  }

  @Test
  @DisplayName("P.16 a drain is begun, given a grace later, and tells programs in JSON")
  void drainedWithGrace() {
    try (var server = serve();
        var call = call()) {
      Command.Ended begun = Command.run("drain", address, "--json");
      assertThat(begun.out()).matches("\\{\"drained\":false,\"workers\":[12]}\n");
      assertThat(Command.run("status", address).out()).contains(" is draining: it takes no more");
      Command.Ended ended = Command.run("drain", address, "--json", "--grace", "0s", "--wait");
      assertThat(ended.out()).matches("\\{\"drained\":true,\"millis\":\\d+}\n");
      assertThat(server.end().status()).isZero();
      assertThat(call.end().status()).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("P.16 drain --wait tells a server that was killed from one that has drained")
  void killedWhileDraining() {
    try (var server = serve();
        var call = call();
        var drain = Command.start("drain", address, "--wait")) {
      drain.awaitErr("1 worker left: ");
      server.signal("KILL");
      Command.Ended ended = drain.end();
      assertThat(ended.status()).isEqualTo(1);
      assertThat(ended.err()).contains("was killed before it had drained");
      call.signal("KILL");
    }
  }

  /** It takes over from another, and has no worker that is ready until it is let go. */
  private Command starting() {
    String script =
        "while [ ! -e %s ]; do sleep 0.05; done; echo ready >&4; while read l <&3; do :; done"
            .formatted(elsewhere.resolve("go"));
    var command =
        Command.start("serve", "--replace", "--listen", address, "--", "/bin/sh", "-c", script);
    await().atMost(PATIENCE).until(() -> command.hasEnded() || !command.children().isEmpty());
    return command;
  }

  @Test
  @DisplayName("P.16 SIGHUP before it serves does not end it: it replaces its workers when it does")
  void reloadsWhileStarting() throws IOException {
    try (var old = serve();
        var next = starting()) {
      next.signal("HUP");
      next.awaitErr("SIGHUP: it is starting; its workers are replaced once it has");
      letGo();
      next.awaitOut("ready: ");
      assertThat(old.end().status()).isZero();
      await()
          .atMost(PATIENCE)
          .until(
              () -> Command.workers(address).stream().map(WorkerRow::id).toList(),
              workers -> workers.equals(List.of("sh(2)")));
    }
    assertNothingLeft();
  }

  @Test
  @DisplayName("P.16 SIGTERM before it serves ends it at once, and the one to be replaced goes on")
  void endsWhileStarting() throws IOException {
    try (var old = serve()) {
      try (var next = starting()) {
        List<ProcessHandle> workers = next.children();
        next.signal("TERM");
        assertThat(next.end().status()).isEqualTo(143);
        Command.awaitGone(workers);
      }
      assertThat(Command.run("call", address, "sleep", "1").status()).isZero();
      assertThat(old.hasEnded()).isFalse();
    }
    assertNothingLeft();
  }

  @Test
  @DisplayName("P.16 when the terminal closes that it was started from it ends, as on SIGTERM")
  void terminalCloses() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "there is no python3");
    Path script = Files.writeString(elsewhere.resolve("terminal.py"), TERMINAL);
    var words = new ArrayList<>(List.of("/usr/bin/python3", script.toString()));
    words.addAll(Command.java());
    words.addAll(List.of("serve", "--listen", address, "--class", Awaiting.class.getName()));
    try (var terminal = Command.start(new ProcessBuilder(words)).awaitOut("ready: ")) {
      long pid = Long.parseLong(terminal.out().lines().findFirst().orElseThrow());
      Command.signal("HUP", pid);
      terminal.awaitErr("SIGHUP: all workers are replaced, new ones first");
      terminal.signal("USR1");
      terminal.awaitErr("SIGHUP, its terminal is gone: ");
      assertThat(terminal.end().out()).endsWith("status 129\n");
    }
    assertNothingLeft();
  }
}
