package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.WorkerExit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("P.13, P.18 Whatever happens to a worker in whatever state")
@Timeout(180)
class WorkerFaultTest {
  private static final int SIGCONT = 18;
  private static final int SIGSTOP = 19;

  /** Each has a child of its own, which is in its group; the first of each folder stays so. */
  private static String script(String state) {
    String lines =
        switch (state) {
          case "STARTING" -> "";
          case "STANDBY" -> "echo ready >&4;";
          case "BUSY", "RETIRING" -> "printf 'ready\\naccepted\\n' >&4;";
          case "SETUP_FAILED" -> "echo setup-failed no database >&4;";
          default -> throw new IllegalArgumentException(state);
        };
    return "sleep 1000 & " + lines + " while read line <&3; do :; done; exec sleep 1000";
  }

  private static RunningServer shell(String script, int maxWorkers) throws IOException {
    return RunningServer.start(b -> b.maxWorkers(maxWorkers).command("/bin/sh", "-c", script));
  }

  private static WorkerExit exit(RunningServer running) throws Exception {
    return running.server.exitOf("test(1)").get(60, TimeUnit.SECONDS).orElseThrow();
  }

  static Stream<String> statesAndSignals() {
    return Stream.of("STARTING", "STANDBY", "BUSY", "RETIRING", "SETUP_FAILED")
        .flatMap(state -> Stream.of("SIGKILL", "SIGTERM", "SIGHUP").map(s -> state + " " + s));
  }

  @ParameterizedTest
  @MethodSource("statesAndSignals")
  @DisplayName("P.13, P.18 a signal: its group goes too, its autopsy names it, another comes")
  void signals(String stateAndSignal) throws Exception {
    String state = stateAndSignal.substring(0, stateAndSignal.indexOf(' '));
    String signal = stateAndSignal.substring(state.length() + 1);
    try (var running = shell(script(state), 1)) {
      long pid = arrive(running, state);
      await()
          .atMost(RunningServer.PATIENCE)
          .until(() -> ProcessHandle.of(pid).orElseThrow().children().count() == 1);
      Linux.signal(pid, number(signal));
      WorkerExit exit = exit(running);
      assertThat(exit.cause()).hasToString("was ended by " + signal);
      assertThat(exit.reason()).isNull();
      assertNobodyIn(pid);
      int another = state.equals("RETIRING") ? 1 : 2;
      await().atMost(RunningServer.PATIENCE).until(() -> running.stats().started() >= another);
      String trouble = running.stats().trouble().orElse("");
      if (state.equals("STARTING")) {
        assertThat(trouble).contains("test(1) was ended by " + signal + " before it was ready");
      } else if (state.equals("SETUP_FAILED")) {
        assertThat(trouble).isEqualTo("no database");
      } else {
        assertThat(trouble).isEmpty();
      }
    }
  }

  private static int number(String signal) {
    return switch (signal) {
      case "SIGKILL" -> 9;
      case "SIGTERM" -> 15;
      case "SIGHUP" -> 1;
      default -> throw new IllegalArgumentException(signal);
    };
  }

  private static long arrive(RunningServer running, String state) {
    if (state.equals("RETIRING")) {
      running.awaitIn("BUSY", 1);
      running.server.drain();
    }
    return running.awaitIn(state, 1).getFirst().pid();
  }

  /** Of a session's processes; zombies that others have to reap do not count. */
  private static void assertNobodyIn(long session) {
    await().atMost(RunningServer.PATIENCE).until(() -> membersOf(session).isEmpty());
  }

  private static List<String> membersOf(long session) throws IOException {
    var members = new java.util.ArrayList<String>();
    try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        String stat = read(process.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", 5);
        if (fields.length == 5 && !fields[0].equals("Z") && fields[3].equals("" + session)) {
          members.add(stat);
        }
      }
    }
    return members;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return ""; // it has ended meanwhile
    }
  }

  @ParameterizedTest
  @CsvSource({"STARTING", "STANDBY", "BUSY", "RETIRING", "SETUP_FAILED"})
  @DisplayName("P.16 stopped, and all the more in no hurry: it ends with its server all the same")
  void stopped(String state) throws Exception {
    long pid;
    try (var running = shell(script(state), 1)) {
      pid = arrive(running, state);
      Linux.signal(pid, SIGSTOP);
    }
    assertNobodyIn(pid);
  }

  @Test
  @DisplayName("P.8 stopped and continued, a JVM worker goes on where it was, idle and busy")
  void stoppedAndContinued() throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class)) {
      long pid = running.awaitIn("STANDBY", 1).getFirst().pid();
      Linux.signal(pid, SIGSTOP);
      Linux.signal(pid, SIGCONT);
      try (RawPeer peer = running.connect()) {
        assertThat(peer.call("[\"do\",{},\"pid\"]")).isEqualTo("[\"ok\",{}," + pid + "]");
        peer.send("[\"do\",{},\"sleep\",300]");
        Linux.signal(pid, SIGSTOP);
        assertThat(peer.hears(600)).isFalse();
        Linux.signal(pid, SIGCONT);
        assertThat(peer.receive()).isEqualTo("[\"ok\",{},null]");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"setup-fills, STARTING", "done-fills, BUSY", "teardown-fills, BUSY"})
  @DisplayName("P.5, P.18 out of memory in a hook: named, and another comes")
  void outOfMemory(String hook, String state) throws Exception {
    try (var running = RunningServer.start(b -> b.serve(Served.Hooked.class).lazySetup())) {
      running.awaitIn("STANDBY", 1);
      running.tell(hook);
      try (RawPeer peer = running.connect()) {
        if (hook.startsWith("setup")) {
          peer.send("[\"do\",{},\"echo\",1]");
        } else {
          peer.call("[\"do\",{},\"echo\",1]");
          peer.send("[\"dn\",{}]");
        }
        if (hook.startsWith("teardown")) {
          peer.shutdownOutput();
        }
        WorkerExit exit = exit(running);
        assertThat(exit.cause()).isInstanceOf(WorkerExit.Cause.OutOfMemory.class);
        assertThat(exit.cause().toString()).isEqualTo("ran out of memory (Java heap space)");
      }
      running.untell(hook);
      running.awaitIn("STANDBY", 1);
    }
  }

  @Test
  @DisplayName("P.3, P.18 out of memory in setup before it accepts: the status says so")
  void outOfMemoryAtTheStart() throws Exception {
    try (var running = RunningServer.start(b -> b.serve(Served.Hooked.class).standby(0))) {
      running.tell("setup-fills");
      try (RawPeer peer = running.connect()) {
        await().atMost(RunningServer.PATIENCE).until(() -> running.stats().trouble().isPresent());
        assertThat(running.stats().trouble().orElseThrow())
            .contains("before it was ready")
            .contains("OutOfMemoryError: Java heap space");
        running.untell("setup-fills");
        assertThat(peer.call("[\"do\",{},\"echo\",1]")).isEqualTo("[\"ok\",{},[1]]");
      }
    }
  }

  @Test
  @DisplayName("P.13 one that ignores every signal it can, and its children, ends with its server")
  void ignoresEverything() throws Exception {
    String ignores = "trap '' TERM HUP INT QUIT PIPE USR1 USR2 ALRM; sleep 1000 & ";
    String script = ignores + "echo ready >&4; while :; do sleep 1000; done";
    long pid;
    try (var running = shell(script, 2)) {
      pid = running.awaitIn("STANDBY", 1).getFirst().pid();
      Linux.signal(pid, 15);
      Linux.signal(pid, 1);
      running.server.retire("test(1)", "test").join();
      assertThat(exit(running).reason()).isEqualTo("it did not leave within 5000 ms: test");
      assertNobodyIn(pid);
      pid = running.awaitIn("STANDBY", 1).getFirst().pid();
      running.server.close(Duration.ofMillis(100));
    }
    assertNobodyIn(pid);
  }

  @ParameterizedTest
  @CsvSource({"'', STARTING", "'echo ready >&4;', STANDBY"})
  @DisplayName("P.18 one that closes its descriptors while it is idle is killed, and it says why")
  void closesItsDescriptors(String lines, String state) throws Exception {
    String script = lines + " exec 0<&- 1>&- 2>&- 3<&- 4>&-; exec sleep 1000";
    try (var running = shell(script, 1)) {
      WorkerExit exit = exit(running);
      assertThat(exit.reason()).isEqualTo("it has closed its control channel, descriptor 4");
      await().atMost(RunningServer.PATIENCE).until(() -> running.stats().started() >= 2);
    }
  }

  @Test
  @DisplayName("P.13 one that closes its descriptors while it serves is left alone, and reaped")
  void closesItsDescriptorsBusy() throws Exception {
    String script =
        "printf 'ready\\naccepted\\n' >&4; exec 0<&- 1>&- 2>&- 3<&- 4>&-; sleep 2; exit 5";
    try (var running = shell(script, 1)) {
      WorkerExit exit = exit(running);
      assertThat(exit.cause()).hasToString("exited with status 5");
      assertThat(exit.reason()).isNull();
    }
  }

  @Test
  @DisplayName("P.12 64 MiB of output without a line's end: the server answers, little is kept")
  void printsMuch() throws Exception {
    prints(64);
  }

  @Test
  @Tag("long")
  @DisplayName("P.12 1 GiB of output without a line's end: the server answers, little is kept")
  void printsVeryMuch() throws Exception {
    prints(1_024);
  }

  private static void prints(int mebibytes) throws Exception {
    String script = "echo ready >&4; head -c " + mebibytes + "M /dev/zero | tr '\\0' x; exit 3";
    var seen = new java.util.concurrent.atomic.LongAdder();
    try (var running =
        RunningServer.start(b ->
            b.maxWorkers(1)
                .command("/bin/sh", "-c", script)
                .output(
                    (id, stream, line) -> seen.add(id.equals("test(1)") ? line.length() : 0)))) {
      while (seen.sum() < mebibytes << 19) {
        running.stats();
        assertThat(Asked.map(running, "\"status\"").get("name")).isEqualTo("test");
      }
      WorkerExit exit = exit(running);
      assertThat(exit.cause()).hasToString("exited with status 3");
      assertThat(seen.sum()).isEqualTo((long) mebibytes << 20);
      assertThat(exit.lastLines()).hasSizeLessThanOrEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/no/such/program, ENOENT (No such file or directory)",
    "no-such-program-on-the-path, ENOENT (No such file or directory)",
    "/etc/passwd, EACCES (Permission denied)",
    "/tmp, EACCES (Permission denied)",
    "/bin/false, exited with status 1 before it was ready"
  })
  @DisplayName("P.18 a command that cannot be run, or ends at once: status says which and why")
  void commandsThatCannotBe(String program, String why) throws Exception {
    try (var running = RunningServer.start(b -> b.command(program))) {
      await().atMost(RunningServer.PATIENCE).until(() -> running.stats().trouble().isPresent());
      assertThat((String) Asked.map(running, "\"status\"").get("trouble")).contains(why);
      if (!program.equals("/bin/false")) {
        assertThat(running.stats().trouble().orElseThrow()).contains(program);
        assertThat(running.stats().started()).isZero();
      }
    }
  }
}
