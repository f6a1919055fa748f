package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands for queues and daemons, each in a process of its own. */
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
    Command.run("run", db(), "t", "--parallel", "0", "--", "true").complains(2, "parallel");
    Command.run("run", db(), "t", "--", "no-such-command").complains(2, "no-such-command");
    Command.run("run", db(), "t", "--", folder + "/x.sh").complains(2, "x.sh");
    Command.run("enqueue", "sqlite::memory:", "t").complains(2, "sqlite::memory:");
    Command.run("enqueue", "sqlite:", "t").complains(2, "'sqlite:'");
    Command.run("kick", "8001").complains(2, "'8001' is not HOST:PORT");
    Command.run("kick", "localhost:70000").complains(2, "is not HOST:PORT");
  }
}
