package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("P.5, P.7, P.17, P.24, P.26 Deadlines, batches, retiring, and hooks of a worker")
class WorkerExtensionsTest {
  private static final String SKIPPED =
      "[\"er\",{\"sk\":1},\"skipped: an earlier call of this checkout failed\"]";

  private static String hello(String caps) {
    return "[\"hi\",{\"c\":{\"v\":1,\"caps\":[" + caps + "],\"name\":\"raw\"}}]";
  }

  private static String call(String meta, String method, Object... arguments) {
    var text = new StringBuilder("[\"do\",{" + meta + "},\"" + method + "\"");
    for (Object argument : arguments) {
      text.append(',').append(argument instanceof String ? "\"" + argument + "\"" : argument);
    }
    return text.append(']').toString();
  }

  private static void tellWorker(long pid, String line) throws IOException {
    try (var out = new FileOutputStream("/proc/" + pid + "/fd/3")) {
      out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  @DisplayName("P.24 code sees what is left of its caller's deadline, and nothing without one")
  void deadlines() throws Exception {
    try (var running = RunningServer.serving(ServedExtensions.class);
        RawPeer peer = running.connect()) {
      peer.call(hello("\"dl\""));
      assertThat(peer.call(call("", "left"))).isEqualTo("[\"ok\",{},null]");
      String left = peer.call(call("\"dl\":60000", "left")).replaceAll("\\D", "");
      assertThat(Long.parseLong(left)).isBetween(1L, 60_000L);
      assertThat(peer.call(call("\"dl\":0", "left"))).isEqualTo("[\"ok\",{},0]");
      assertThat(peer.call(call("\"dl\":" + Long.MAX_VALUE, "left"))).isEqualTo("[\"ok\",{},null]");
      assertThat(peer.call(call("\"dl\":-1", "left"))).isEqualTo("[\"ok\",{},null]");
      assertThat(peer.call(call("", "left"))).isEqualTo("[\"ok\",{},null]");
    }
  }

  @Test
  @DisplayName("P.24 with a deadline, too, what was thrown comes with the frames of its code only")
  void framesUnderADeadline() throws Exception {
    try (var running = RunningServer.serving(ServedExtensions.class);
        RawPeer peer = running.connect()) {
      peer.call(hello("\"ex\",\"pr\""));
      assertThat(peer.call(call("\"dl\":60000,\"pr\":1", "fail", "x")))
          .matches(
              ".*\"frames\":\\[\\[\"dev.remuda.server.ServedExtensions\",\"fail\","
                  + "\"ServedExtensions.java\",\\d+\\]\\]\\}.*");
    }
  }

  @Test
  @DisplayName("P.26 after a failure the calls of its batch are skipped, those of the next run")
  void batches() throws Exception {
    try (var running = RunningServer.serving(ServedExtensions.class);
        RawPeer peer = running.connect()) {
      peer.call(hello("\"pipe\""));
      peer.send(
          call("", "note", "a")
              + call("", "fail", "b")
              + call("", "note", "c")
              + call("\"b\":0", "nothing")
              + call("\"b\":1", "note", "d"));
      assertThat(peer.receive()).isEqualTo("[\"ok\",{},\"a\"]");
      assertThat(peer.receive()).isEqualTo("[\"er\",{},\"java.lang.IllegalStateException: b\"]");
      assertThat(peer.receive()).isEqualTo(SKIPPED);
      assertThat(peer.receive()).isEqualTo(SKIPPED);
      assertThat(peer.receive()).isEqualTo("[\"ok\",{},\"d\"]");
      assertThat(peer.call(call("\"b\":1", "noted"))).isEqualTo("[\"ok\",{},[\"a\",\"b\",\"d\"]]");
      assertThat(peer.call(call("\"b\":1", "nothing"))).contains("no method 'nothing'");
      assertThat(peer.call(call("\"b\":1", "note", "e"))).isEqualTo(SKIPPED);
    }
  }

  @Test
  @DisplayName(
      "P.26 calls sent ahead of a long one are answered in order, also past a failure in it")
  void batchesBehindALongCall() throws Exception {
    try (var running = RunningServer.serving(ServedExtensions.class);
        RawPeer peer = running.connect()) {
      peer.call(hello("\"pipe\""));
      peer.send(call("", "sleep", 200));
      assertThat(peer.hears(100)).isFalse();
      peer.send(call("", "fail", "b") + call("", "note", "c") + call("\"b\":1", "noted"));
      assertThat(peer.receive()).isEqualTo("[\"ok\",{},null]");
      assertThat(peer.receive()).startsWith("[\"er\",{},");
      assertThat(peer.receive()).isEqualTo(SKIPPED);
      assertThat(peer.receive()).isEqualTo("[\"ok\",{},[\"b\"]]");
    }
  }

  @Test
  @DisplayName("P.26 a client that did not announce pipe has none of its calls skipped")
  void noBatchesUnannounced() throws Exception {
    try (var running = RunningServer.serving(ServedExtensions.class);
        RawPeer peer = running.connect()) {
      peer.send(call("", "fail", "b") + call("", "note", "c"));
      assertThat(peer.receive()).startsWith("[\"er\",{},");
      assertThat(peer.receive()).isEqualTo("[\"ok\",{},\"c\"]");
    }
  }

  @Test
  @DisplayName("P.17 a worker told to retire asks its client once to let go, and serves on")
  void retires() throws Exception {
    try (var running = RunningServer.serving(ServedExtensions.class);
        RawPeer peer = running.connect()) {
      peer.call(hello("\"rt\""));
      long pid = running.awaitIn("BUSY", 1).getFirst().pid();
      tellWorker(pid, "retire");
      assertThat(peer.receive()).isEqualTo("[\"rt\",{}]");
      tellWorker(pid, "retire");
      assertThat(peer.call(call("", "note", "a"))).isEqualTo("[\"ok\",{},\"a\"]");
      assertThat(peer.hears(50)).isFalse();
      peer.shutdownOutput();
      RunningServer.awaitGone(pid);
    }
  }

  @Test
  @DisplayName("P.17 a worker told to retire while its code runs says so at once")
  void retiresDuringACall() throws Exception {
    try (var running = RunningServer.serving(ServedExtensions.class);
        RawPeer peer = running.connect()) {
      peer.call(hello("\"rt\",\"pr\""));
      long pid = running.awaitIn("BUSY", 1).getFirst().pid();
      peer.send(call("\"pr\":1", "count", 2));
      assertThat(peer.receive()).isEqualTo("[\"pr\",{},1]");
      tellWorker(pid, "retire");
      assertThat(peer.receive()).isEqualTo("[\"rt\",{}]");
      peer.send("[\"ak\",{\"n\":1}]");
      assertThat(peer.receive()).isEqualTo("[\"pr\",{},2]");
      assertThat(peer.receive()).isEqualTo("[\"ok\",{},2]");
    }
  }

  @Test
  @DisplayName("P.17 a client hears of retiring only once it has announced that it understands")
  void retiresOnceAnnounced() throws Exception {
    try (var running = RunningServer.serving(ServedExtensions.class)) {
      for (boolean greeting : new boolean[] {true, false}) {
        try (RawPeer peer = running.connect()) {
          peer.call(call("", "noted"));
          long pid = running.awaitIn("BUSY", 1).getFirst().pid();
          tellWorker(pid, "retire");
          assertThat(peer.hears(100)).isFalse();
          String announcement = "\"c\":{\"v\":1,\"caps\":[\"rt\"],\"name\":\"\"}";
          String reply =
              peer.call(greeting ? "[\"hi\",{" + announcement + "}]" : call(announcement, "noted"));
          assertThat(reply).startsWith(greeting ? "[\"hi\",{\"w\":" : "[\"ok\",{\"w\":");
          assertThat(peer.receive()).isEqualTo("[\"rt\",{}]");
          peer.shutdownOutput();
          RunningServer.awaitGone(pid);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"done-fails", "done-errs"})
  @DisplayName("P.5 a checkoutDone that fails is answered with rt; nothing more is served")
  void failingCheckoutDone(String how) throws Exception {
    try (var running = RunningServer.serving(Served.Hooked.class)) {
      running.tell(how);
      try (RawPeer peer = running.connect()) {
        peer.call(hello("\"rd\",\"rt\""));
        long pid = running.awaitIn("BUSY", 1).getFirst().pid();
        peer.call(call("", "echo", 1));
        assertThat(peer.call("[\"dn\",{}]")).isEqualTo("[\"rt\",{}]");
        running.awaitPrinted("ERR remuda: checkoutDone failed, so this worker retires");
        running.awaitPrinted(": done on purpose");
        assertThat(peer.call(call("", "echo", 1)))
            .isEqualTo("[\"er\",{},\"this worker is retiring: its checkoutDone failed\"]");
        assertThat(peer.call("[\"dn\",{}]")).isEqualTo("[\"rt\",{}]");
        peer.shutdownOutput();
        assertThat(peer.rest()).isEmpty();
        RunningServer.awaitGone(pid);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 150})
  @DisplayName(
      "P.5, P.7 hooks run to their end when the client has left, after a call of any length")
  void hooksFinish(long callMillis) throws Exception {
    try (var running = RunningServer.serving(Served.Hooked.class)) {
      running.tell("done-waits");
      long pid;
      try (RawPeer peer = running.connect()) {
        peer.call(hello("\"rd\""));
        pid = running.awaitIn("BUSY", 1).getFirst().pid();
        peer.call(call("", "sleep", callMillis));
        peer.send("[\"dn\",{}]");
        await().atMost(RunningServer.PATIENCE).until(() -> running.log().contains("done " + pid));
      }
      await()
          .during(Duration.ofMillis(300))
          .atMost(RunningServer.PATIENCE)
          .until(() -> RunningServer.alive(pid));
      running.untell("done-waits");
      RunningServer.awaitGone(pid);
      assertThat(running.log())
          .filteredOn(line -> line.endsWith(" " + pid))
          .containsExactly("setup " + pid, "done " + pid, "done-went-on " + pid, "teardown " + pid);
    }
  }

  @Test
  @DisplayName("P.6, P.7 a hook that hangs after its client has left ends by the watchdog")
  void hungHook() throws Exception {
    try (var running =
        RunningServer.start(
            b -> b.serve(Served.Hooked.class).hungWorkerTimeout(Duration.ofMillis(400)))) {
      running.tell("done-spins");
      long pid;
      try (RawPeer peer = running.connect()) {
        peer.call(hello("\"rd\""));
        pid = running.awaitIn("BUSY", 1).getFirst().pid();
        peer.call(call("", "echo", 1));
        peer.send("[\"dn\",{}]");
      }
      RunningServer.awaitGone(pid);
      running.awaitPrinted("ERR Killing hung worker (" + pid + ")");
    }
  }

  @Test
  @DisplayName("an abort while a hook runs is answered with the dump of that moment")
  void abortDuringAHook() throws Exception {
    try (var running = RunningServer.serving(Served.Hooked.class)) {
      running.tell("done-spins");
      try (RawPeer peer = running.connect()) {
        peer.call(hello("\"rd\",\"ab\""));
        peer.call(call("", "echo", 1));
        peer.send("[\"dn\",{}]");
        assertThat(peer.call("[\"ab\",{}]"))
            .startsWith("[\"er\",{\"ab\":1,\"dump\":\"\\\"main\\\" #")
            .contains("Served$Hooked.checkoutDone");
        assertThat(peer.rest()).isEmpty();
      }
    }
  }
}
