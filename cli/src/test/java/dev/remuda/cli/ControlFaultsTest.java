package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.remuda.protocol.Address;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("P.18 What is wrong with a control address is said in one line")
@Timeout(120)
class ControlFaultsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;

  private void assertRefused(int status, String address, Duration patience, String... parts) {
    assertThatThrownBy(() -> ask(address, patience))
        .asInstanceOf(type(CommandException.class))
        .satisfies(e -> {
          assertThat(e.getMessage()).contains(parts).doesNotContain("\n");
          assertThat(e.status()).isEqualTo(status);
        });
  }

  private static void ask(String address, Duration patience) throws CommandException {
    try (ControlClient server = ControlClient.open(Address.parse(address), patience)) {
      WorkerRow.of(server);
    }
  }

  @Test
  @DisplayName("P.18 no server, a file, a dead server's socket, TCP: each by its name")
  void nobodyThere() throws IOException {
    Path none = folder.resolve("none");
    assertRefused(
        3, "unix:" + none, PATIENCE, "no server at", "neither " + none + ".ctl nor " + none);
    assertRefused(3, "unix:" + none + ".ctl", PATIENCE, "there is no " + none + ".ctl");
    Path file = Files.createFile(folder.resolve("file"));
    assertRefused(2, "unix:" + file, PATIENCE, file + " is no socket but a file");
    Files.createDirectory(folder.resolve("s.ctl"));
    assertRefused(2, "unix:" + folder.resolve("s"), PATIENCE, "s.ctl is no socket but a folder");
    Path dead = folder.resolve("dead.ctl");
    try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(dead));
    }
    assertRefused(
        3,
        "unix:" + folder.resolve("dead"),
        PATIENCE,
        "no server: nobody listens at unix:" + dead + " any more");
    assertRefused(2, "tcp:127.0.0.1:1", PATIENCE, "a unix socket on its own host, not at tcp:");
  }

  @ParameterizedTest
  @DisplayName("P.18 what is no answer of a server is not taken for one")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "HTTP/1.1 400 Bad Request | is no server of remuda's: no message begins at byte 0: HTTP",
        "[\"ok\",{},1] | 'ok' is no greeting",
        "[\"hi\",{}] | 'hi' is no greeting",
        "[\"hi\",{\"w\":{\"v\":1,\"pid\":1,\"id\":\"ocr(3)\"}}] | such as ocr(3); their server has"
            + " no control address",
      })
  void noGreeting(String answer, String complaint) throws IOException {
    try (var peer = ScriptedControl.at(folder.resolve("s"), answer)) {
      assertRefused(answer.contains("ocr(3)") ? 2 : 1, peer.address(), PATIENCE, complaint);
    }
  }

  @Test
  @DisplayName("P.18 who closes at once is no control address, or not for this user")
  void endsAtOnce() throws IOException {
    try (var peer = ScriptedControl.at(folder.resolve("s"), ScriptedControl.END)) {
      assertRefused(1, peer.address(), PATIENCE, "without a word", "or not for");
    }
  }

  @Test
  @DisplayName("P.18 answers of another form, without end, in vain or not at all are errors")
  void badAnswers() throws IOException {
    assertAnswer(1, "[\"ok\",{},7]", "its answer to 'workers' has another form");
    assertAnswer(1, "[\"ok\",{},[{}]]", "its answer to 'workers' has another form");
    assertAnswer(1, "[\"pr\",{},7]", "'pr' is no answer");
    assertAnswer(1, "[\"er\",{},\"not now\"]", "not now");
    assertAnswer(3, ScriptedControl.END, "(pid 4711) ended before it answered");
    assertAnswer(1, "[\"ok\",{},\"" + "x".repeat(5 << 20) + "\"]", "is over the limit of 4194304");
    assertAnswer(1, "[".repeat(100), "nesting is over the limit");
  }

  private void assertAnswer(int status, String answer, String complaint) throws IOException {
    Path path = folder.resolve("s.ctl");
    Files.deleteIfExists(path);
    try (var peer = ScriptedControl.at(path, ScriptedControl.GREETING, answer)) {
      assertRefused(status, peer.address(), PATIENCE, complaint);
    }
  }

  @Test
  @DisplayName("P.18 a server that says nothing is waited for as long as --timeout says")
  void silence() throws IOException {
    Duration soon = Duration.ofMillis(200);
    try (var peer = ScriptedControl.at(folder.resolve("a.ctl"))) {
      assertRefused(3, peer.address(), soon, "did not answer within 200ms");
    }
    try (var peer = ScriptedControl.at(folder.resolve("b.ctl"), ScriptedControl.GREETING)) {
      assertRefused(3, peer.address(), soon, "(pid 4711) did not answer within 200ms");
    }
  }

  @Test
  @DisplayName("P.18 another user's socket is told from none")
  void noPermission() throws Exception {
    Path path = folder.resolve("s.ctl");
    try (var peer = ScriptedControl.at(path, ScriptedControl.GREETING)) {
      Files.setPosixFilePermissions(path, Set.of());
      var line = new ArrayList<String>();
      if (Files.isReadable(path)) { // root, who may all while it has its capabilities
        line.addAll(List.of("setpriv", "--bounding-set", "-all"));
      }
      line.addAll(
          Command.line(Path.of(System.getProperty("java.io.tmpdir")), "status", peer.address()));
      try (var command = Command.start(new ProcessBuilder(line))) {
        command
            .end()
            .complains(
                1, "no permission to ask at unix:" + path, "with mode ---------, and you are ");
      }
    }
  }

  @Test
  @DisplayName("P.18 what a server says cannot steer the terminal of who asks")
  void escapes() throws IOException {
    String evil = "\\u001b[2J\\u009b\\u202e";
    String status =
        "[\"ok\",{},{\"name\":\"NAME\",\"listen\":[\"NAME\"],\"trouble\":\"NAME\\n\"}]"
            .replace("NAME", evil);
    try (var peer = ScriptedControl.at(folder.resolve("a"), ScriptedControl.GREETING, status)) {
      assertThat(Command.run("status", peer.address()).out())
          .contains(evil)
          .doesNotContain("\u001b", "\u009b", "\u202e");
    }
    String error = "[\"er\",{},\"" + evil + "\"]";
    try (var peer = ScriptedControl.at(folder.resolve("b"), ScriptedControl.GREETING, error)) {
      assertComplaint(1, evil, "status", peer.address());
    }
  }

  /** In this JVM: a command that fails writes nothing but its complaint. */
  private static void assertComplaint(int status, String complaint, String... words) {
    var err = new StringWriter();
    int ended = Main.commandLine().setErr(new PrintWriter(err)).execute(words);
    new Command.Ended(ended, "", err.toString()).complains(status, complaint);
  }

  @ParameterizedTest
  @DisplayName("P.18 wrong arguments are named")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "status | Missing required parameter: 'ADDR'",
        "status unix:/a unix:/b | too much: 'unix:/b'",
        "workers /tmp/s.sock | not an address: '/tmp/s.sock'",
        "kill unix:/a | Missing required parameter: 'ID'",
        "dump unix:/a 1 2 | too much: '2'",
        "drain unix:/a --grace none | 'none' is no grace: write 0s",
        "events unix:/a --count x | '--count'",
        "status unix:/a --timeout 5 | '5' is no duration",
        "retire unix:/a 1 --reson x | no option '--reson'; did you mean --reason",
        "statsu unix:/a | no command 'statsu'; did you mean status?",
      })
  void wrongArguments(String line, String complaint) {
    assertComplaint(2, complaint, line.split(" ", -1));
  }
}
