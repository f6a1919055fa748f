package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands for queues and daemons. */
class QueueCommandsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  private String db() {
    return "sqlite:" + folder.resolve("queue.db");
  }

  @Test
  @DisplayName("D.11 what is enqueued is handled by a command, and the queue shows what waits")
  void whatIsEnqueuedIsHandled() throws Exception {
    assertThat(Command.run("enqueue", db(), "print", "ä letter\n").out()).isEqualTo("message 1\n");
    assertThat(Command.run("enqueue", db(), "print", "2", "--count", "1500", "--json").out())
        .isEqualTo("{\"first\":2,\"last\":1501,\"inserted\":1500}\n");
    assertThat(Command.run("enqueue", db(), "later", "--at", "1h", "--unique", "k").status())
        .isZero();
    assertThat(Command.run("enqueue", db(), "later", "--unique", "k").out())
        .contains("has this key already");
    assertThat(Command.run("queue", db()).out())
        .containsPattern("print +1000\\+ +0 +0 +0 +0")
        .containsPattern("later +0 +0 +1 +0 +0 +-");
    assertThat(Command.run("queue", db(), "--json").out())
        .contains("\"type\":\"later\",\"ready\":0,\"running\":0,\"scheduled\":1");

    Path printed = folder.resolve("printed");
    String script = "cat >> " + printed + "; echo $REMUDA_MESSAGE_ATTEMPT >> " + printed;
    Path input = Files.writeString(folder.resolve("input"), "from stdin\n");
    assertThat(Command.runAlone("queue", db()).status()).isZero();
    var piped = new ProcessBuilder(Command.line(folder, "enqueue", db(), "file", "-"));
    try (var enqueue = Command.start(piped.redirectInput(input.toFile()));
        var run = Command.start("run", db(), "file", "--json", "--", "sh", "-c", script)) {
      assertThat(enqueue.end().status()).isZero();
      run.awaitOut("\"done\":true");
      assertThat(printed).hasContent("from stdin\n1\n");
      run.signal("TERM");
      assertThat(run.end().status()).isZero();
    }
  }

  @Test
  @DisplayName(
      "D.11 a command that fails leaves a dead message with its last words, to be put back")
  void aFailedCommandLeavesADeadMessage() {
    Command.run("enqueue", db(), "print", "x");
    String script = "echo the printer is on fire >&2; exit 3";
    try (var run =
        Command.start("run", db(), "print", "--attempts", "1", "--", "sh", "-c", script)) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(Command.run("dead", db(), "--json").out())
                  .contains("sh ended with status 3:\\nthe printer is on fire"));
      run.signal("TERM");
      assertThat(run.end().status()).isZero();
    }
    assertThat(Command.run("dead", db()).out()).contains("after 1 attempt\n  data:  x\n");
    assertThat(Command.run("dead", db(), "--show", "1", "--json").out())
        .contains("\"data\":\"x\",\"dataLength\":1,");
    Command.run("dead", db(), "--show", "99").complains(1, "there is no dead message 99");
    Command.run("dead", db(), "--retry", "99").complains(1, "there is no dead message 99");
    assertThat(Command.run("dead", db(), "--retry", "1").out()).isEqualTo("1 put back\n");
    assertThat(Command.run("dead", db(), "--all", "--json").out()).isEqualTo("{\"putBack\":0}\n");
    assertThat(Command.run("dead", db()).out()).isEqualTo("none is dead\n");
  }

  @Test
  @DisplayName("D.11 what a command leaves in the background does not hold up the next message")
  void leftInTheBackground() throws Exception {
    Command.run("enqueue", db(), "print", "1", "--count", "2");
    String script = "sleep 200 >/dev/null & echo $! >> " + folder.resolve("left");
    try (var run = Command.start("run", db(), "print", "--json", "--", "sh", "-c", script)) {
      run.awaitOut("\"id\":1,");
      run.awaitOut("\"id\":2,");
      run.signal("TERM");
      assertThat(run.end().status()).isZero();
    } finally {
      for (String pid : Files.readAllLines(folder.resolve("left"))) {
        ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }

  @Test
  @DisplayName("D.11 a second signal ends the commands too")
  void aSecondSignalEndsTheCommands() throws Exception {
    Command.run("enqueue", db(), "print", "1");
    Path pid = folder.resolve("pid");
    String script = "echo $$ > " + pid + ".new; mv " + pid + ".new " + pid + "; exec sleep 200";
    try (var run = Command.start("run", db(), "print", "--grace", "1h", "--", "sh", "-c", script)) {
      await().atMost(PATIENCE).until(() -> Files.exists(pid));
      ProcessHandle command =
          ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
      await()
          .atMost(PATIENCE)
          .until(() -> {
            if (!run.hasEnded()) {
              run.signal("TERM");
            }
            return run.hasEnded();
          });
      assertThat(run.end().status()).isEqualTo(143);
      await().atMost(PATIENCE).until(() -> !command.isAlive());
    }
  }

  /** Runs a command in a terminal of its own; SIGUSR1 is Ctrl-C there. Tells the status. */
  private static final String TERMINAL =
      """
      import os, pty, signal, sys
      def press(*_):
          os.write(terminal, b'\\x03')
          os.write(1, b'pressed ')
      pid, terminal = pty.fork()
      if pid == 0:
          os.execv(sys.argv[1], sys.argv[1:])
      signal.signal(signal.SIGUSR1, press)
      os.write(1, b'terminal ')
      try:
          while piece := os.read(terminal, 1000):
              os.write(1, piece)
      except OSError:
          pass
      print('status', os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
      """;

  private Command inTerminal(String... arguments) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "there is no python3");
    Path script = Files.writeString(folder.resolve("terminal.py"), TERMINAL);
    var words = new ArrayList<>(List.of("/usr/bin/python3", script.toString()));
    words.addAll(Command.line(folder, arguments));
    return Command.start(new ProcessBuilder(words)).awaitOut("terminal ");
  }

  @Test
  @DisplayName("D.1 D.11 Ctrl-C in a terminal lets the command end that it runs")
  void controlC() throws Exception {
    Command.run("enqueue", db(), "print", "1");
    Path begun = folder.resolve("begun");
    Path go = folder.resolve("go");
    String script =
        "touch " + begun + "; while [ ! -e " + go + " ]; do sleep 0.05; done; echo has ended";
    try (var run = inTerminal("run", db(), "print", "--grace", "1h", "--", "sh", "-c", script)) {
      await().atMost(PATIENCE).until(() -> Files.exists(begun));
      run.signal("USR1");
      run.awaitOut("pressed ");
      Files.createFile(go);
      Command.Ended ended = run.end();
      assertThat(ended.out()).contains("has ended").endsWith("status 0\n");
    }
    assertThat(Command.run("queue", db()).out()).containsPattern("print +0 +0 +0 +0 +0");
  }

  @Test
  @DisplayName("D.1 D.11 a second Ctrl-C ends the command too, and its message is tried again")
  void secondControlC() throws Exception {
    Command.run("enqueue", db(), "print", "1");
    Path pid = folder.resolve("pid");
    String script = "echo $$ > " + pid + ".new; mv " + pid + ".new " + pid + "; exec sleep 200";
    try (var run = inTerminal("run", db(), "print", "--grace", "1h", "--", "sh", "-c", script)) {
      await().atMost(PATIENCE).until(() -> Files.exists(pid));
      ProcessHandle command =
          ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
      run.signal("USR1");
      run.awaitOut("pressed ");
      assertThat(command.isAlive()).isTrue();
      await()
          .atMost(PATIENCE)
          .until(() -> {
            if (!run.hasEnded() && !run.out().contains("status")) {
              run.signal("USR1");
            }
            return run.hasEnded();
          });
      assertThat(run.end().out()).endsWith("status 130\n");
      await().atMost(PATIENCE).until(() -> !command.isAlive());
    }
    assertThat(Command.run("dead", db()).out()).isEqualTo("none is dead\n");
  }

  @Test
  @DisplayName("D.10 looking at a database of others, or at none, leaves the file as it is")
  void lookingChangesNothing() throws Exception {
    Path foreign = folder.resolve("places.db");
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + foreign);
        var statement = connection.createStatement()) {
      statement.execute("CREATE TABLE places (name TEXT)");
    }
    Path letter = Files.writeString(folder.resolve("letter"), "Dear reader,\n".repeat(1_000));
    byte[] before = Files.readAllBytes(foreign);
    for (String option : List.of("--all", "--limit=5", "--retry=1", "--show=1")) {
      Command.run("dead", "sqlite:" + foreign, option)
          .complains(2, "table MessageQueue is missing: there is no queue to look at");
      Command.run("dead", "sqlite:" + letter, option).complains(3, "file " + letter + ": ");
    }
    Command.run("queue", "sqlite:" + foreign).complains(2, "MessageQueue is missing");
    Command.run("queue", "sqlite:" + letter).complains(3, "not a database");
    assertThat(foreign).hasBinaryContent(before);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactlyInAnyOrder(foreign, letter);
    }
  }

  @Test
  @DisplayName("D.10 a queue in a folder that cannot be written can be looked at")
  void readOnlyFolder() throws Exception {
    Command.run("enqueue", db(), "print", "1");
    String readOnly =
        "mount --bind '%1$s' '%1$s' && mount -o remount,ro,bind '%1$s' && exec \"$@\""
            .formatted(folder);
    var words = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", readOnly, "sh"));
    try (var tried = Command.start(new ProcessBuilder(words("true", words)))) {
      assumeTrue(tried.end().status() == 0, "nobody may mount here");
    } catch (AssertionError e) {
      assumeTrue(false, "there is no unshare: " + e);
    }
    words.addAll(Command.line(Path.of(System.getProperty("java.io.tmpdir")), "queue", db()));
    try (var queue = Command.start(new ProcessBuilder(words))) {
      Command.Ended ended = queue.end();
      assertThat(ended.err()).isEmpty();
      assertThat(ended.out()).containsPattern("print +1 +0");
    }
  }

  private static List<String> words(String last, List<String> before) {
    return Stream.concat(before.stream(), Stream.of(last)).toList();
  }

  @Test
  @DisplayName("D.10 a plain insert into PostgreSQL is handled by a command")
  void plainInsertIntoPostgres() throws Exception {
    try (var server = EmbeddedPostgres.start()) {
      String url = server.getJdbcUrl("postgres", "postgres");
      assertThat(Command.run("enqueue", url, "print", "1").out()).isEqualTo("message 1\n");
      try (var connection = server.getPostgresDatabase().getConnection();
          var statement = connection.createStatement()) {
        statement.execute("INSERT INTO MessageQueue (type, data) VALUES ('print', '2')");
      }
      Path printed = folder.resolve("printed");
      try (var run = Command.start("run", url, "print", "--", "sh", "-c", "cat >> " + printed)) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(printed).hasContent("12"));
        run.signal("TERM");
        assertThat(run.end().status()).isZero();
      }
    }
  }

  @Test
  @DisplayName("D.2 a kick is a datagram to where a daemon hears it")
  void aKickIsADatagram() throws Exception {
    try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      String address = "127.0.0.1:" + socket.getLocalPort();
      assertThat(Command.run("kick", address).out())
          .isEqualTo("kicked 127.0.0.1 port " + socket.getLocalPort() + "\n");
      socket.receive(new DatagramPacket(new byte[64], 64));
      assertThat(Command.run("kick", "udp:" + address, "--json").out())
          .isEqualTo("{\"host\":\"127.0.0.1\",\"port\":" + socket.getLocalPort() + "}\n");
      socket.receive(new DatagramPacket(new byte[64], 64));
    }
  }

  @Test
  @DisplayName("D.10 wrong usage is named in one line, and no file is made by looking")
  void wrongUsageIsNamed() {
    Path missing = folder.resolve("missing.db");
    Command.run("queue", "sqlite:" + missing).complains(3, "there is no file " + missing);
    Command.run("dead", "sqlite:" + missing, "--all").complains(3, "there is no file");
    Command.run("queue", "jdbc:sqlite:" + missing + "?x=y").complains(3, "there is no file");
    assertThat(missing).doesNotExist();
    Command.run("enqueue", "oracle:x", "t").complains(2, "oracle:x");
    Command.run("enqueue", db(), "t", "--at", "yesterday").complains(2, "'yesterday'");
    Command.run("enqueue", db(), "t", "--count", "0").complains(2, "not 0");
    Command.run("dead", db(), "--retry", "1", "--all").complains(2, "exclude each other");
    Command.run("dead", db(), "--show", "1", "--type", "t")
        .complains(2, "--show 1 and --type t exclude each other");
    Command.run("enqueue", db(), "t", "--table", "order").complains(2, "named order");
    Command.run("run", db(), "t", "--parallel", "0", "--", "true").complains(2, "parallel");
    Command.run("run", db(), "t", "--", "no-such-command").complains(2, "no-such-command");
    Command.run("run", db(), "t", "--", folder + "/x.sh").complains(2, "x.sh");
    Command.run("enqueue", "sqlite::memory:", "t").complains(2, "sqlite::memory:");
    Command.run("enqueue", "sqlite:", "t").complains(2, "'sqlite:'");
    Command.run("kick", "8001").complains(2, "'8001' is not HOST:PORT");
    Command.run("kick", "localhost:70000").complains(2, "is not HOST:PORT");
  }
}
