package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallTest {
  @TempDir static Path folder;
  private static String address;
  private static Command server;

  @BeforeAll
  static void serve() {
    address = "unix:" + folder.resolve("echo.sock");
    server = Command.start("serve", "--listen", address, "--class", "dev.remuda.examples.Echo");
    server.awaitOut("ready: ");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void theResultIsOneLineOfJson() {
    Command.Ended call =
        Command.run(
            "call",
            address,
            "echo",
            "1",
            "-2.5",
            "-7",
            "true",
            "null",
            "\"λ 😀\\n\"",
            "{\"a\":[123456789012345678901234567890]}");
    assertThat(call.err()).isEmpty();
    assertThat(call.out())
        .isEqualTo("[1,-2.5,-7,true,null,\"λ 😀\\n\",{\"a\":[123456789012345678901234567890]}]\n");
    assertThat(call.status()).isZero();
  }

  @Test
  void aPlainCallSendsNoGreetingAndIsAnsweredToo() {
    Command.Ended call = Command.run("call", "--plain", address, "echo");
    assertThat(call.out()).isEqualTo("[]\n");
    assertThat(call.status()).isZero();
  }

  @Test
  void aFailureNamesTheRemoteClassAndItsMessage() {
    Command.Ended call = Command.run("call", address, "fail", "\"boom\"");
    assertThat(call.out()).isEmpty();
    assertThat(call.err().lines()).hasSize(1);
    assertThat(call.err())
        .contains(
            "remuda call: fail failed in worker Echo(", "java.lang.IllegalStateException: boom")
        .doesNotContain("\tat ");
    assertThat(call.status()).isEqualTo(1);
  }

  @Test
  void verboseShowsTheStackOfTheWorkerToo() {
    Command.Ended call = Command.run("call", address, "fail", "\"boom\"", "--verbose");
    assertThat(call.err()).contains("\tat dev.remuda.examples.Echo.fail(Echo.java:");
    assertThat(call.status()).isEqualTo(1);
  }

  @Test
  void anUnknownMethodIsToldWhatThereIs() {
    Command.run("call", address, "nope").complains(1, "no method 'nope'", "echo(Object...)");
  }

  @Test
  void aWorkerThatDiesIsNamed() {
    Command.Ended call = Command.run("call", address, "exit", "3");
    assertThat(call.err())
        .contains("remuda call: exit: worker connection suddenly died", "worker Echo(")
        .contains("exited with status 3", "fingerprint: ", "times:       queued ")
        .doesNotContain("Exception", "\tat ");
    assertThat(call.status()).isEqualTo(1);
  }

  @Test
  void aHangIsKilledAtItsDeadlineAndItsThreadDumpShown() {
    Command.Ended call = Command.run("call", address, "spin", "--timeout", "3s");
    assertThat(call.err())
        .contains("had no answer", "so the worker was killed", "  threads:", "  worker:      Echo(")
        .contains("\"main\"", "Echo.spin(Echo.java:")
        .doesNotContain("Exception", "\tat ");
    assertThat(call.out()).isEmpty();
    assertThat(call.status()).isEqualTo(3);
  }

  @Test
  @DisplayName("C.15 --log shows the waterfall of the call: its bar, and the worker's lines in it")
  void theLogIsAWaterfall() {
    Command.Ended call = Command.run("call", address, "log", "\"half \\u001b[2J way\"", "--log");
    assertThat(call.out()).isEqualTo("null\n");
    assertThat(call.err().lines())
        .satisfiesExactly(
            head -> assertThat(head).matches("20.*Z, [0-9.]+ ms"),
            bar -> assertThat(bar).matches("log +│ *█+ *│ [0-9.]+ ms"),
            line -> assertThat(line).matches("INFO │ *· *│ half .u001b.2J way"));
    Command.Ended failed = Command.run("call", address, "fail", "\"boom\"", "--log");
    assertThat(failed.err()).contains("ERROR │", "✗", "boom");
    assertThat(failed.status()).isEqualTo(1);
  }

  @Test
  void withoutAServerItSaysAtOnceWhatItWaitsForAndFinallyGivesUp() {
    String nowhere = "unix:" + folder.resolve("nowhere.sock");
    Command.Ended call = Command.run("call", nowhere, "echo", "--timeout", "600ms");
    assertThat(call.err().lines()).hasSize(2);
    assertThat(call.err())
        .startsWith(
            "remuda call: waiting for a server at "
                + nowhere
                + " (No such file or directory), up to 600ms\n")
        .contains("echo waited", "no server at " + nowhere)
        .doesNotContain("Exception");
    assertThat(call.status()).isEqualTo(3);
  }

  @Test
  void nothingListeningOnAPortIsNotReachable() {
    Command.Ended call = Command.run("call", "tcp:127.0.0.1:1", "echo", "--timeout", "600ms");
    assertThat(call.err()).contains("(Connection refused)");
    assertThat(call.status()).isEqualTo(3);
  }

  @Test
  void itMayBeStartedBeforeTheServer() {
    String late = "unix:" + folder.resolve("late.sock");
    try (var call = Command.start("call", late, "echo", "1", "--timeout", "1m")) {
      call.awaitErr("waiting for a server at " + late);
      try (var server =
          Command.start("serve", "--listen", late, "--class", "dev.remuda.examples.Echo")) {
        Command.Ended ended = call.end();
        assertThat(ended.out()).isEqualTo("[1]\n");
        assertThat(ended.status()).isZero();
        server.awaitOut("ready: ");
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "hello | not JSON: hello; a text is written with both quotes: '\"hello\"'",
        "{\"a\": | not JSON: {\"a\": (",
        "[1,2 | not JSON: [1,2 (",
        "1 2 | not JSON: 1 2 (more than one value)",
        "`` | not JSON:",
        "-x | there is no option '-x'",
        "--timout=3s | there is no option '--timout=3s'; did you mean --timeout?",
        "--timeout=soon | 'soon' is no duration",
        "--timeout=0s | '0s' is not between",
      })
  void badArgumentsAreNamed(String argument, String complaint) {
    Command.run("call", address, "echo", argument).complains(2, complaint);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp:localhost", "tcp::1", "tcp:127.0.0.1:70000", "/tmp/x.sock", "--tcp"})
  void badAddressesAreNamed(String bad) {
    Command.run("call", bad, "echo").complains(2, bad);
  }

  @Test
  void anEmptyPathIsNamed() {
    Command.run("call", "unix:", "echo").complains(2, "1 to 106 bytes, this has 0");
  }

  @Test
  void aMissingMethodIsNamed() {
    Command.run("call", address).complains(2, "METHOD");
  }
}
