package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.JsonText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("P.18 A server is asked, and told, from a shell")
class ControlTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path folder;
  private static String address;
  private static String second;
  private static Command server;

  @BeforeAll
  static void serve() {
    address = "unix:" + folder.resolve("a.sock");
    second = "unix:" + folder.resolve("b.sock");
    server =
        Command.start(
            "serve",
            "--listen",
            address,
            "--class",
            "dev.remuda.examples.Echo",
            "--listen",
            second);
    server.awaitOut("ready: ");
    awaitStandby();
  }

  private static void awaitStandby() {
    await()
        .atMost(PATIENCE)
        .until(() -> {
          List<WorkerRow> workers = Command.workers(address);
          return workers.size() == 2
              && workers.stream().allMatch(each -> each.state().equals("STANDBY"));
        });
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Map<?, ?> json(String... arguments) {
    Command.Ended ended = Command.run(arguments);
    assertThat(ended.err()).isEmpty();
    assertThat(ended.status()).isZero();
    assertThat(ended.out().lines()).hasSize(1);
    return (Map<?, ?>) Objects.requireNonNull(JsonText.read(ended.out()));
  }

  private static List<String> ids() {
    return Command.workers(address).stream().map(WorkerRow::id).toList();
  }

  @Test
  @DisplayName("P.18 status: a few lines for people, an object for programs; by either address")
  void status() {
    Command.Ended text = Command.run("status", address);
    assertThat(text.err()).isEmpty();
    assertThat(text.status()).isZero();
    assertThat(text.out())
        .matches("(?s)Echo \\(pid " + server.pid() + ", up [^)]+\\) is serving\n.*")
        .contains("  listening  " + address + "\n", "  control    " + address + ".ctl\n")
        .containsPattern("\n  workers    \\d+: ")
        .containsPattern("\n  so far     \\d+ started, \\d+ of them killed\n")
        .doesNotContain("\u001b", "trouble", "waiting");
    Map<?, ?> status = json("status", address + ".ctl", "--json");
    assertThat(status.get("name")).isEqualTo("Echo");
    assertThat(status.get("pid")).isEqualTo(server.pid());
  }

  @Test
  @DisplayName("P.18 workers: an aligned row for each, with state, age, checkouts and memory")
  void listed() {
    String text = Command.run("workers", address).out();
    List<String> lines = text.lines().toList();
    assertThat(lines.getFirst())
        .matches("WORKER +PID +STATE +FOR +AGE +CHECKOUTS +MEMORY +ADDRESS");
    assertThat(lines.get(1)).matches("Echo\\(\\d+\\) +\\d+ +[A-Z]+ .* MiB  unix:.*");
    int column = lines.getFirst().indexOf("STATE");
    assertThat(lines.stream().skip(1)).allMatch(line -> line.charAt(column - 1) == ' ');
    var all = (List<?>) json("workers", address, "--json").get("workers");
    for (Object each : Objects.requireNonNull(all)) {
      var worker = (Map<?, ?>) each;
      assertThat((Long) worker.get("rssKib")).isGreaterThan(1_000);
      assertThat((Long) worker.get("inStateMillis")).isBetween(0L, (Long) worker.get("ageMillis"));
    }
  }

  @Test
  @DisplayName("P.18 dump: what the threads of one worker do, also while a call runs")
  void dumped() {
    try (var call = Command.start("call", second, "spin", "--timeout", "5m")) {
      await()
          .atMost(PATIENCE)
          .until(() -> Command.dumpOfBusy(address).contains("Echo.spin(Echo.java:"));
      String id = busy().id();
      Command.Ended text = Command.run("dump", address, id);
      assertThat(text.out()).startsWith(id + " (pid ").contains(", BUSY for ", "Echo.spin");
      assertThat(text.status()).isZero();
      Map<?, ?> json = json("dump", address, id.replaceAll("\\D", ""), "--json");
      assertThat(json.get("id")).isEqualTo(id);
      assertThat((String) json.get("dump")).contains("Echo.spin");
      call.signal("KILL");
    }
  }

  private static WorkerRow busy() {
    return Command.workers(address).stream()
        .filter(each -> each.state().equals("BUSY"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  @DisplayName("P.18 kill and retire: one or several by name or number, all or none")
  void killedAndRetired() {
    awaitStandby();
    List<String> before = ids();
    String first = before.getFirst();
    String number = before.getLast().replaceAll("\\D", "");
    Command.run("kill", address, first, "77777")
        .complains(1, "no worker '77777' lives; there are ", first);
    assertThat(ids()).contains(first);
    Command.Ended killed = Command.run("kill", address, first, number, "--reason", "ticket 9");
    assertThat(killed.out().lines()).hasSize(2);
    assertThat(killed.out()).contains(first + " (pid ", ") was ended by SIGKILL");
    assertThat(killed.status()).isZero();
    server.awaitErr(first + " is killed by the control address: ticket 9");
    awaitStandby();
    String next = ids().getFirst();
    assertThat(json("retire", address, next, "--json").get("workers").toString())
        .contains("retired=true");
    await().atMost(PATIENCE).until(() -> !ids().contains(next));
    assertThat(json("kill", address, ids().getFirst(), "--json").get("workers").toString())
        .contains("ended=true", "cause=was ended by SIGKILL");
  }

  @Test
  @DisplayName("P.18 reload: others come, and all that were there leave")
  void reloaded() {
    List<String> before = ids();
    Command.Ended reload = Command.run("reload", address, "--reason", "new jars");
    assertThat(reload.out()).contains("being replaced, ");
    assertThat(reload.status()).isZero();
    server.awaitErr("all workers are replaced: new jars");
    await().atMost(PATIENCE).until(() -> ids().stream().noneMatch(before::contains));
  }

  @Test
  @DisplayName("P.18 a socket of workers is not asked: the command names the control address")
  void workersAddress() {
    Command.run("drain", second)
        .complains(
            2,
            "at " + second + " there are workers, such as Echo(",
            "their server is asked at " + address + ".ctl");
    assertThat(Command.run("call", second, "echo", "1").out()).isEqualTo("[1]\n");
  }

  @Test
  @DisplayName("P.18 a server that is stopped does not keep its operator waiting")
  void stopped() {
    server.signal("STOP");
    try {
      Command.run("status", address, "--timeout", "500ms")
          .complains(3, "did not answer within 500ms; it may be stopped");
    } finally {
      server.signal("CONT");
    }
    assertThat(Command.run("status", address).status()).isZero();
  }
}
