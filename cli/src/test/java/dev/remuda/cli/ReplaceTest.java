package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code remuda serve --replace}, while eight clients call all the time. */
@DisplayName("P.15 A server that is called without a break is replaced by the command")
@Timeout(value = 900, unit = TimeUnit.SECONDS)
class ReplaceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CLIENTS_OF_EACH = 4;
  private static final int CALLS_BETWEEN = 10;

  @TempDir Path folder;
  @TempDir Path holds;

  /** The latest first. */
  private final Deque<Command> servers = new ArrayDeque<>();

  @AfterEach
  void nothingIsLeft() throws IOException {
    servers.forEach(Command::close);
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  /** Where workers look whether their setup shall not end: those of one server only. */
  private Path holdsOfNext() throws IOException {
    return Files.createDirectories(holds.resolve(String.valueOf(servers.size())));
  }

  private Command start() throws IOException {
    var server =
        Command.start(
            "serve",
            "--replace",
            "--listen",
            "unix:" + folder.resolve("s"),
            "--listen",
            "tcp:127.0.0.1:0",
            "--class",
            HeldEcho.class.getName(),
            "--jvm-arg",
            "-Dheld=" + holdsOfNext(),
            "--jvm-arg",
            "-XX:TieredStopAtLevel=1",
            "--jvm-arg",
            "-Xmx64m");
    servers.addFirst(server);
    return server;
  }

  private Command startReady() throws IOException {
    return start().awaitOut("ready: ");
  }

  /** It has been given the sockets, and has no worker that is ready until its hold is deleted. */
  private Command startHeld() throws IOException {
    Path own = holdsOfNext();
    Files.createFile(own.resolve(HeldEcho.HOLD));
    var server = start();
    await()
        .atMost(PATIENCE)
        .until(() -> Files.exists(own.resolve(HeldEcho.HOLDS)) || server.hasEnded());
    assertThat(server.hasEnded()).as("ended: %s", server.err()).isFalse();
    return server;
  }

  private void letLatest() throws IOException {
    Files.delete(holds.resolve(String.valueOf(servers.size() - 1)).resolve(HeldEcho.HOLD));
  }

  private static List<String> addresses(Command server) {
    return List.of(server.out().strip().substring("ready: ".length()).split(" ", -1));
  }

  private static SteadyCallers callers(List<String> addresses) {
    var all = new ArrayList<String>();
    addresses.forEach(each -> all.addAll(Collections.nCopies(CLIENTS_OF_EACH, each)));
    return new SteadyCallers(all);
  }

  private void replaced(int times) throws Exception {
    Command present = startReady();
    List<String> addresses = addresses(present);
    try (var callers = callers(addresses)) {
      for (int i = 0; i < times; i++) {
        callers.awaitMore(CALLS_BETWEEN);
        Command next = startReady();
        assertThat(addresses(next)).isEqualTo(addresses);
        assertThat(present.end().status()).isZero();
        assertThat(present.err()).contains("handed over to the server with pid " + next.pid());
        present = next;
      }
      callers.awaitMore(CALLS_BETWEEN);
    }
  }

  private void oldKilled(int times) throws Exception {
    Command present = startReady();
    List<String> addresses = addresses(present);
    try (var callers = callers(addresses)) {
      for (int i = 0; i < times; i++) {
        callers.awaitMore(CALLS_BETWEEN);
        Command next = startHeld();
        present.signal("KILL");
        present.end();
        letLatest();
        next.awaitOut("ready: ");
        assertThat(addresses(next)).isEqualTo(addresses);
        present = next;
      }
      callers.awaitMore(CALLS_BETWEEN);
    }
  }

  private void newKilled(int times) throws Exception {
    Command present = startReady();
    List<String> addresses = addresses(present);
    try (var callers = callers(addresses)) {
      for (int i = 0; i < times; i++) {
        callers.awaitMore(CALLS_BETWEEN);
        Command next = startHeld();
        next.signal("KILL");
        next.end();
        letLatest();
        present.awaitErr("the server with pid " + next.pid() + " did not take over");
      }
      callers.awaitMore(CALLS_BETWEEN);
      assertThat(present.hasEnded()).isFalse();
    }
  }

  @Test
  @DisplayName("P.15 3 times in a row: 0 calls of 8 clients fail")
  void threeTimes() throws Exception {
    replaced(3);
  }

  @Test
  @Tag("long")
  @DisplayName("P.15 20 times in a row: 0 calls of 8 clients fail")
  void twentyTimes() throws Exception {
    replaced(20);
  }

  @Test
  @Tag("long")
  @DisplayName("P.15 20 old ones killed in the middle of the hand-over: 0 calls of 8 clients fail")
  void oldKilledTwentyTimes() throws Exception {
    oldKilled(20);
  }

  @Test
  @DisplayName("P.15 the old one killed in the middle of the hand-over: 0 calls of 8 clients fail")
  void oldKilledOnce() throws Exception {
    oldKilled(1);
  }

  @Test
  @DisplayName("P.15 the new one killed in the middle of the hand-over: 0 calls of 8 clients fail")
  void newKilledOnce() throws Exception {
    newKilled(1);
  }
}
