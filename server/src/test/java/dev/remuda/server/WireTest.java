package dev.remuda.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.Address;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Protocol: raw bytes to a worker and back")
class WireTest {
  private static final String HELLO =
      "[\"hi\",{\"c\":{\"v\":1,\"caps\":[\"ex\",\"ab\",\"rd\"],\"name\":\"raw\"}}]";

  @Test
  @DisplayName("P.1 the transcript of the base protocol, byte by byte, over unix and TCP at once")
  void theTranscriptByteByByte() throws Exception {
    try (var running =
        RunningServer.start(b -> b.serve(Served.Everything.class).listen("tcp:127.0.0.1:0"))) {
      assertThat(running.server.addresses()).hasSize(2);
      for (Address address : running.server.addresses()) {
        try (RawPeer peer = RawPeer.connect(address)) {
          for (byte b : "[\"do\",{},\"echo\",1,\"λ\",{\"x\":[1.5,null]}]".getBytes(UTF_8)) {
            peer.send(new byte[] {b});
          }
          assertThat(peer.receive()).isEqualTo("[\"ok\",{},[\"echo\",1,\"λ\",{\"x\":[1.5,null]}]]");
          peer.send("[\"dn\",{}]");
          assertThat(peer.call("[\"do\",{}]")).isEqualTo("[\"ok\",{},[]]");
          peer.shutdownOutput();
          assertThat(peer.rest()).isEmpty();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 200})
  void whatIsPastALimitIsAnsweredAfterACallOfAnyLength(int millis) throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class);
        RawPeer peer = running.connect()) {
      assertThat(peer.call("[\"do\",{},\"sleep\"," + millis + "]")).isEqualTo("[\"ok\",{},null]");
      peer.send("[\"do\",{},\"echo\"," + "[".repeat(600) + "]".repeat(600) + "]");
      assertThat(peer.receive())
          .startsWith("[\"er\",{},\"nesting is over the limit of 512 levels at byte ");
      assertThat(peer.rest()).isEmpty();
    }
  }

  @Test
  void aPeerThatAnnouncesNothingGetsExactlyTheBaseProtocol() throws Exception {
    try (var running =
        RunningServer.start(
            b -> b.serve(Served.Hooked.class).lazySetup().environment("TRIAL", "/nowhere"))) {
      try (RawPeer peer = running.connect()) {
        assertThat(peer.call("[\"do\",{},\"echo\",1]"))
            .isEqualTo(
                "[\"er\",{},\"setup exception: java.lang.IllegalStateException:"
                    + " java.nio.file.NoSuchFileException: /nowhere/log\"]");
      }
    }
    try (var running = RunningServer.serving(Served.Trial.class);
        RawPeer peer = running.connect()) {
      assertThat(peer.call("[\"do\",{},\"fail\",\"λ\"]"))
          .isEqualTo("[\"er\",{},\"java.lang.IllegalStateException: λ\"]");
      assertThat(peer.call("[\"do\",{},\"echo\"]")).isEqualTo("[\"ok\",{},[]]");
      assertThat(peer.call("[\"do\",{},\"sleep\",1]")).isEqualTo("[\"ok\",{},null]");
    }
  }

  @Test
  void aGreetingIsAnsweredWithTheWorkersOwn() throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class);
        RawPeer peer = running.connect()) {
      String greeting = peer.call(HELLO);
      long pid = running.awaitIn("BUSY", 1).getFirst().pid();
      assertThat(greeting)
          .isEqualTo(
              "[\"hi\",{\"w\":{\"v\":1,\"pid\":"
                  + pid
                  + ",\"id\":\"test(1)\",\"ctl\":\""
                  + running.control()
                  + "\",\"caps\":[\"ex\",\"ab\",\"dl\",\"rt\",\"pipe\",\"pr\",\"tp\",\"lg\"]}}]");
      assertThat(peer.call("[\"do\",{},\"pid\"]")).isEqualTo("[\"ok\",{}," + pid + "]");
    }
  }

  @Test
  void aGreetingInTheFirstCallIsAnsweredInItsReplyAndOnlyThere() throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class);
        RawPeer peer = running.connect()) {
      assertThat(
              peer.call(
                  "[\"do\",{\"c\":{\"v\":1,\"caps\":[],\"name\":\"\"},\"zz\":1},\"fail\",\"x\"]"))
          .startsWith("[\"er\",{\"w\":{\"v\":1,\"pid\":")
          .endsWith(
              "\"id\":\"test(1)\",\"ctl\":\""
                  + running.control()
                  + "\",\"caps\":[\"ex\",\"ab\",\"dl\",\"rt\",\"pipe\",\"pr\",\"tp\",\"lg\"]}},"
                  + "\"java.lang.IllegalStateException: x\"]");
      assertThat(peer.call("[\"do\",{},\"echo\",1]")).isEqualTo("[\"ok\",{},[1]]");
    }
  }

  @Test
  void withExTheFailureTravelsAsData() throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class);
        RawPeer peer = running.connect()) {
      peer.call(HELLO);
      assertThat(peer.call("[\"do\",{},\"fail\",\"x\"]"))
          .startsWith(
              "[\"er\",{\"ex\":{\"class\":\"java.lang.IllegalStateException\",\"message\":\"x\","
                  + "\"frames\":[[\"dev.remuda.server.Served$Trial\",\"fail\",\"Served.java\",");
    }
  }

  @Test
  void aReleaseIsAnsweredOnceTheHookHasRunAndOnlyIfThatWasAnnounced() throws Exception {
    try (var running = RunningServer.serving(Served.Hooked.class)) {
      try (RawPeer peer = running.connect()) {
        assertThat(peer.call(HELLO)).contains("\"caps\":[\"ex\",\"ab\",\"rd\",");
        assertThat(peer.call("[\"do\",{},\"echo\",1]")).isEqualTo("[\"ok\",{},[1]]");
        assertThat(peer.call("[\"dn\",{}]")).isEqualTo("[\"rd\",{}]");
        assertThat(running.log()).last().asString().startsWith("done ");
        assertThat(peer.call("[\"dn\",{}]")).as("without a call").isEqualTo("[\"rd\",{}]");
        assertThat(running.log().stream().filter(l -> l.startsWith("done "))).hasSize(1);
      }
      try (RawPeer peer = running.connect()) {
        peer.call("[\"do\",{},\"echo\",1]");
        assertThat(peer.call("[\"dn\",{}][\"do\",{},\"echo\",2]"))
            .as("no rd before it")
            .isEqualTo("[\"ok\",{},[2]]");
      }
    }
  }

  @Test
  void aReleaseIsNotAnsweredWithoutAHook() throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class);
        RawPeer peer = running.connect()) {
      peer.call(HELLO);
      assertThat(peer.call("[\"dn\",{}][\"do\",{},\"echo\",2]")).isEqualTo("[\"ok\",{},[2]]");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "spin, Served$Trial.spin",
    "sleep, java.lang.Thread.sleep",
    "pause, Served$Trial.pause"
  })
  @DisplayName("ab while a call runs is answered with the dump of that moment; the process ends")
  void anAbortIsAnsweredWithADump(String method, String frame) throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class);
        RawPeer peer = running.connect()) {
      peer.call(HELLO);
      long pid = running.awaitIn("BUSY", 1).getFirst().pid();
      peer.send("[\"do\",{},\"" + method + "\"" + (method.equals("sleep") ? ",100000" : "") + "]");
      long started = System.nanoTime();
      String reply = peer.call("[\"ab\",{}]");
      System.out.printf("ab during %s: %d ms%n", method, (System.nanoTime() - started) / 1_000_000);
      assertThat(reply)
          .startsWith("[\"er\",{\"ab\":1,\"dump\":\"\\\"main\\\" #")
          .contains(frame)
          .endsWith("\"},\"aborted\"]");
      assertThat(peer.rest()).isEmpty();
      RunningServer.awaitGone(pid);
    }
  }

  @Test
  void anAbortWhileIdleEndsTheWorkerToo() throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class);
        RawPeer peer = running.connect()) {
      peer.call(HELLO);
      long pid = running.awaitIn("BUSY", 1).getFirst().pid();
      assertThat(peer.call("[\"ab\",{}]")).startsWith("[\"er\",{\"ab\":1,\"dump\":\"");
      assertThat(peer.rest()).isEmpty();
      RunningServer.awaitGone(pid);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "GET / HTTP/1.1 | no message begins at byte 0: GET / HTTP/1.1",
        "[\"no\",{}] | unknown code 'no' at byte 0: [\"no\",{}]",
        "[\"do\",[]] | META of 'do' is no object at byte 0: [\"do\",[]]",
        "[\"ok\",{},1] | a client does not send 'ok'",
        "[} | not a message: "
      })
  void whatIsNoMessageEndsTheConnectionAfterALineOnStderr(String garbage, String line)
      throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class)) {
      long pid = running.awaitIn("STANDBY", 1).getFirst().pid();
      try (RawPeer peer = running.connect()) {
        peer.send(garbage);
        assertThat(peer.rest()).isEmpty();
      }
      running.awaitPrinted("ends: " + line);
      RunningServer.awaitGone(pid);
      try (RawPeer peer = running.connect()) {
        assertThat(peer.call("[\"do\",{},\"echo\",1]")).isEqualTo("[\"ok\",{},[1]]");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"spin", "holdErrAndSpin"})
  void garbageDuringACallEndsTheWorkerWhateverItHolds(String method) throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class);
        RawPeer peer = running.connect()) {
      peer.call(HELLO);
      long pid = running.awaitIn("BUSY", 1).getFirst().pid();
      peer.send("[\"do\",{},\"" + method + "\"] garbage");
      assertThat(peer.rest()).isEmpty();
      RunningServer.awaitGone(pid);
      running.awaitPrinted("ERR remuda: the connection ends: no message begins");
    }
  }

  @Test
  void aMessageOverTheLimitEndsTheConnectionWithTheLimitAndTheSize() throws Exception {
    try (var running =
        RunningServer.start(b -> b.serve(Served.Trial.class).jvmArguments("-Xmx512m"))) {
      try (RawPeer peer = running.connect()) {
        byte[] block = "x".repeat(1 << 20).getBytes(UTF_8);
        peer.send("[\"do\",{},\"");
        try {
          for (int i = 0; i < 65; i++) {
            peer.send(block);
          }
        } catch (java.io.IOException theWorkerIsGone) {
          assertThat(theWorkerIsGone).isNotNull();
        }
        assertThat(peer.rest())
            .matches(
                "\\[\"er\",\\{\\},\"message of \\d+ bytes or more is over the limit of"
                    + " 67108864 bytes at byte 0: .*\"\\]");
      }
      running.awaitPrinted("bytes or more is over the limit of 67108864 bytes at byte 0: ");
      try (RawPeer peer = running.connect()) {
        assertThat(peer.call("[\"do\",{},\"echo\",1]")).isEqualTo("[\"ok\",{},[1]]");
      }
    }
  }

  @Test
  @DisplayName("P.1 a probe that says nothing, or half a message, costs no worker")
  void aProbeCostsNoWorker() throws Exception {
    try (var running = RunningServer.start(b -> b.serve(Served.Trial.class).maxWorkers(1))) {
      long pid = running.awaitIn("STANDBY", 1).getFirst().pid();
      for (String said : List.of("", " \n", "[\"do\",{},\"ec", "")) {
        try (RawPeer probe = running.connect()) {
          probe.send(said);
        }
      }
      try (RawPeer peer = running.connect()) {
        assertThat(peer.call("[\"do\",{},\"pid\"]")).isEqualTo("[\"ok\",{}," + pid + "]");
      }
    }
  }

  @Test
  @DisplayName("P.1 a probe that says nothing for long is replaced, and the worker too many leaves")
  void aLongProbeLeavesNoWorkerTooMany() throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class)) {
      running.awaitIn("STANDBY", 1);
      try (RawPeer probe = running.connect()) {
        assertThat(probe.hears(1)).isFalse();
        running.awaitIn("BUSY", 1);
        running.awaitIn("STANDBY", 1);
      }
      await()
          .atMost(RunningServer.PATIENCE)
          .until(() -> running.stats().workers().size() == 1 && running.in("STANDBY").size() == 1);
      try (RawPeer peer = running.connect()) {
        assertThat(peer.call("[\"do\",{},\"echo\",1]")).isEqualTo("[\"ok\",{},[1]]");
      }
    }
  }

  @Test
  void largeTextsTravelBothWays() throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class);
        RawPeer peer = running.connect()) {
      String large = "λ".repeat(1 << 20);
      assertThat(peer.call("[\"do\",{},\"echo\",\"" + large + "\"]"))
          .isEqualTo("[\"ok\",{},[\"" + large + "\"]]");
    }
  }
}
