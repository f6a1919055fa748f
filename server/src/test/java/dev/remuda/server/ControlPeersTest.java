package dev.remuda.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.WorkerExit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("P.18 Whoever connects to the control address disturbs nobody")
@Timeout(120)
class ControlPeersTest {
  private static final String STATUS = "[\"do\",{},\"status\"]";
  private static final String WAITING = "echo ready >&4; read line <&3";

  @TempDir Path folder;

  private static RunningServer shell() throws IOException {
    return RunningServer.start(b -> b.command("/bin/sh", "-c", WAITING));
  }

  /** Somebody else is answered, and the supervisor replaces a worker. */
  private static void assertUndisturbed(RunningServer running) throws IOException {
    assertThat(Asked.ask(running, "\"status\"")).isNotNull();
    ServerStats.Worker worker = running.awaitIn("STANDBY", 1).getFirst();
    assertThat(Asked.ask(running, "\"kill\",\"" + worker.id() + "\",\"to see\"")).isEqualTo(true);
    assertThat(Asked.autopsy(running, worker.id()).reason()).isEqualTo("to see");
    running.awaitIn("STANDBY", 1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hello | no message begins at byte 0: hello",
        "[7] | at byte 0",
        "{} | no message begins",
        "[\"xx\",{}] | unknown code 'xx'",
        "[\"ok\",{},1] | a control address is told do, dn or hi, not ok",
        "[\"ab\",{}] | a control address is told do, dn or hi, not ab",
        "[[[[[[[[[[[[[[[[[[[[ | nesting is over the limit of 16 levels"
      })
  @DisplayName("P.18 what is no question is told so, and the connection ends")
  void whatIsNoQuestion(String bytes, String error) throws Exception {
    try (var running = shell();
        RawPeer peer = running.ask()) {
      peer.send(bytes);
      assertThat(peer.receive()).startsWith("[\"er\",{},\"").contains(error);
      assertThat(peer.rest()).isEmpty();
      assertUndisturbed(running);
    }
  }

  @Test
  @DisplayName("P.18 a question of more than 64 KiB is told the limit, and the connection ends")
  void aHugeQuestion() throws Exception {
    try (var running = shell();
        RawPeer peer = running.ask()) {
      peer.send("[\"do\",{},\"" + "x".repeat(66_000));
      assertThat(peer.receive()).contains("is over the limit of 65536 bytes at byte 0");
      assertThat(peer.rest()).isEmpty();
      assertUndisturbed(running);
    }
  }

  @Test
  @DisplayName("P.18 one who stops in the middle of a question, or leaves, keeps nobody waiting")
  void halfAQuestion() throws Exception {
    try (var running = shell();
        RawPeer half = running.ask()) {
      half.send("[\"do\",{},\"sta");
      running.ask().close();
      try (RawPeer leaves = running.ask()) {
        leaves.send("[\"do\",{},\"");
      }
      try (RawPeer leaves = running.ask()) {
        leaves.send("[\"do\",{\"dl\":10000},\"autopsy\",\"test(1)\"]");
      }
      assertUndisturbed(running);
      half.send("tus\"]");
      assertThat(half.receive()).startsWith("[\"ok\",{},");
    }
  }

  @Test
  @DisplayName("P.18 questions come in one piece or byte by byte, several at once, to the last")
  void questionsInAnyPieces() throws Exception {
    try (var running = shell();
        RawPeer peer = running.ask()) {
      peer.send("[\"hi\",{\"c\":{\"v\":1,\"caps\":[],\"name\":\"raw\"}}]");
      assertThat(peer.receive())
          .isEqualTo(
              "[\"hi\",{\"w\":{\"v\":1,\"pid\":"
                  + ProcessHandle.current().pid()
                  + ",\"id\":\"supervisor\",\"ctl\":\""
                  + running.control()
                  + "\",\"caps\":[\"dl\",\"pr\"]}}]");
      for (byte b : STATUS.getBytes(UTF_8)) {
        peer.send(new byte[] {b});
      }
      assertThat(peer.receive()).startsWith("[\"ok\",{},");
      peer.send((STATUS + " [\"dn\",{}]\n").repeat(100));
      peer.send("[\"do\",{\"dl\":50},\"autopsy\",\"test(1)\"]" + STATUS);
      peer.shutdownOutput();
      for (int i = 0; i < 100; i++) {
        assertThat(peer.receive()).startsWith("[\"ok\",{},{\"name\":\"test\"");
      }
      assertThat(peer.receive()).isEqualTo("[\"ok\",{},null]");
      assertThat(peer.receive()).startsWith("[\"ok\",{},{\"name\":\"test\"");
      assertThat(peer.rest()).isEmpty();
    }
  }

  @Test
  @DisplayName("P.18 one who asks and asks and reads nothing is answered when it reads")
  void aSlowReader() throws Exception {
    int questions = 5_000;
    try (var running = shell();
        RawPeer slow = running.ask()) {
      var sent =
          CompletableFuture.runAsync(() -> {
            try {
              for (int i = 0; i < questions; i++) {
                slow.send("[\"do\",{},\"workers\"]");
              }
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          });
      for (int i = 0; i < 5; i++) {
        assertUndisturbed(running);
      }
      assertThat(sent).as("it has to wait until its answers are read").isNotDone();
      for (int i = 0; i < questions; i++) {
        assertThat(slow.receive()).startsWith("[\"ok\",{},[");
      }
      sent.join();
    }
  }

  @Test
  @DisplayName("P.18 of 100 who connect at a time each is answered, and all is closed after them")
  void oneHundred() throws Exception {
    try (var running = shell()) {
      running.awaitIn("STANDBY", 1);
      assertUndisturbed(running);
      int before = SpawnTest.descriptors(ProcessHandle.current().pid()).size();
      var peers = new ArrayList<RawPeer>();
      for (int i = 0; i < 100; i++) {
        peers.add(running.ask());
        peers.getLast().send(STATUS);
      }
      for (RawPeer peer : peers) {
        assertThat(peer.receive()).startsWith("[\"ok\",{},{\"name\":\"test\"");
      }
      for (RawPeer peer : peers) {
        peer.close();
      }
      await()
          .atMost(RunningServer.PATIENCE)
          .until(() -> SpawnTest.descriptors(ProcessHandle.current().pid()).size() <= before);
    }
  }

  @Test
  @DisplayName("P.18 Autopsy: who still waits for an end when the server closes hears it")
  void aServerThatCloses() throws Exception {
    var running = shell();
    try (RawPeer waiting = running.ask();
        RawPeer quiet = running.ask()) {
      running.awaitIn("STANDBY", 1);
      assertThat(quiet.call(STATUS)).startsWith("[\"ok\",{},");
      waiting.send("[\"do\",{\"dl\":10000},\"autopsy\",\"test(1)\"]");
      assertThat(quiet.call(STATUS)).startsWith("[\"ok\",{},");
      running.close();
      WorkerExit exit = WorkerExit.fromWire(Asked.ok(waiting.receive()));
      assertThat(exit.reason()).isEqualTo("its server was closed");
      assertThat(waiting.rest()).isEmpty();
      assertThat(quiet.rest()).isEmpty();
    }
  }

  @Test
  @DisplayName("P.18, P.50 another user is refused, whatever the mode of the socket")
  void anotherUser() throws Exception {
    assumeTrue(Linux.ownUid() == 0 && Files.isExecutable(Path.of("/usr/bin/setpriv")));
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")));
    try (var running = shell()) {
      Path socket = running.folder.resolve("s.ctl");
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
      Files.setPosixFilePermissions(running.folder, PosixFilePermissions.fromString("rwxr-xr-x"));
      String program =
          "import socket,sys\n"
              + "s = socket.socket(socket.AF_UNIX)\n"
              + "s.connect(sys.argv[1])\n"
              + "try:\n"
              + "  s.sendall(b'[\"do\",{},\"status\"]')\n"
              + "  print('heard', s.recv(100))\n"
              + "except OSError as e:\n"
              + "  print('heard', b'')\n";
      for (String user : List.of("65534", "0")) {
        var process =
            new ProcessBuilder(
                    List.of(
                        "/usr/bin/setpriv",
                        "--reuid=" + user,
                        "--clear-groups",
                        "/usr/bin/python3",
                        "-c",
                        program,
                        socket.toString()))
                .redirectErrorStream(true)
                .start();
        String heard = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(heard).startsWith(user.equals("0") ? "heard b'[\"ok\"" : "heard b''");
      }
    }
  }

  /** A control address of small allowance, whose one answer is "here" or none at all. */
  private final class Small implements AutoCloseable {
    private final EventLoop loop = new EventLoop("small");
    private final Address address = new Address.Unix(folder.resolve("ctl"));
    private final AtomicInteger over = new AtomicInteger();
    private final ControlPoint control;

    Small(ControlPoint.Allowance allowance) throws IOException {
      control =
          new ControlPoint(
              ListenPoint.open(address, SocketAccess.OWNER_ONLY),
              loop,
              LineReader.buffer(),
              this::answer,
              allowance);
      loop.start();
    }

    private void answer(Object name, Question question) {
      question.whenOver(over::incrementAndGet);
      switch ((String) name) {
        case "wait" -> {}
        case "fail" -> throw new IllegalStateException("on purpose");
        case "unwritable" -> question.ok(new Object());
        default -> question.ok("here");
      }
    }

    RawPeer connect() throws IOException {
      return RawPeer.connect(address);
    }

    @Override
    public void close() throws IOException {
      var closed = new CompletableFuture<Void>();
      loop.execute(() -> {
        try {
          control.close();
        } catch (IOException e) {
          closed.completeExceptionally(e);
        }
        loop.end(() -> closed.complete(null));
      });
      closed.join();
      assertThat(folder).isEmptyDirectory();
    }
  }

  @Test
  @DisplayName("P.18 one who says nothing is let go after a while; one whose question is open not")
  void idle() throws Exception {
    try (var small = new Small(new ControlPoint.Allowance(64, 150, 50))) {
      try (RawPeer waiting = small.connect();
          RawPeer asked = small.connect();
          RawPeer half = small.connect();
          RawPeer silent = small.connect()) {
        waiting.send("[\"do\",{},\"wait\"]");
        assertThat(asked.call("[\"do\",{},\"x\"]")).isEqualTo("[\"ok\",{},\"here\"]");
        half.send("[\"do\",");
        for (RawPeer peer : List.of(asked, half, silent)) {
          assertThat(peer.rest()).isEmpty();
        }
        assertThat(waiting.hears(1)).isFalse();
        assertThat(small.over).hasValue(1);
      }
      await().atMost(RunningServer.PATIENCE).until(() -> small.over.get() == 2);
    }
  }

  @Test
  @DisplayName("P.18 at the maximum others wait until somebody is quiet or leaves")
  void crowded() throws Exception {
    try (var small = new Small(new ControlPoint.Allowance(2, 60_000, 100))) {
      RawPeer first = small.connect();
      try (RawPeer second = small.connect()) {
        first.send("[\"do\",{},\"wait\"]");
        assertThat(second.call("[\"do\",{},\"x\"]")).isEqualTo("[\"ok\",{},\"here\"]");
        try (RawPeer third = small.connect()) {
          assertThat(third.call("[\"do\",{},\"x\"]")).isEqualTo("[\"ok\",{},\"here\"]");
          assertThat(second.rest()).as("it was quiet").isEmpty();
          third.send("[\"do\",{},\"wait\"]");
          try (RawPeer fourth = small.connect()) {
            fourth.send("[\"do\",{},\"x\"]");
            assertThat(fourth.hears(300)).as("both have open questions").isFalse();
            first.close();
            assertThat(fourth.receive()).isEqualTo("[\"ok\",{},\"here\"]");
          }
        }
      }
    }
  }

  @Test
  @DisplayName("P.18 a command that fails, or gives what cannot be written, ends no loop")
  void commandsThatFail() throws Exception {
    try (var small = new Small(ControlPoint.Allowance.USUAL)) {
      try (RawPeer peer = small.connect()) {
        assertThat(peer.call("[\"do\",{},\"unwritable\"]"))
            .isEqualTo(
                "[\"er\",{},\"the answer cannot be written: $: java.lang.Object cannot be"
                    + " written; no TypeAdapter takes it\"]");
        assertThat(peer.call("[\"do\",{},\"fail\"]"))
            .isEqualTo("[\"er\",{},\"java.lang.IllegalStateException: on purpose\"]");
        assertThat(peer.call("[\"do\",{},\"x\"]")).isEqualTo("[\"ok\",{},\"here\"]");
      }
    }
  }
}
