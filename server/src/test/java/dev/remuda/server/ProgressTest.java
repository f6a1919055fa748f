package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("P.7, P.23 Progress of a call, at its caller's pace")
class ProgressTest {
  private static final String HELLO =
      "[\"hi\",{\"c\":{\"v\":1,\"caps\":[\"ab\",\"pr\"],\"name\":\"raw\"}}]";

  private static String count(int window, int to) {
    return "[\"do\",{\"pr\":" + window + "},\"count\"," + to + "]";
  }

  private static void assertHears(RawPeer peer, int from, int to) throws Exception {
    for (int i = from; i <= to; i++) {
      assertThat(peer.receive()).isEqualTo("[\"pr\",{}," + i + "]");
    }
  }

  private static void assertBlocked(RawPeer peer) throws Exception {
    assertThat(peer.hears(100)).isFalse();
  }

  @Test
  @DisplayName("P.23 no more values come than were asked for until some are taken")
  void window() throws Exception {
    try (var running = RunningServer.serving(ServedExtensions.class);
        RawPeer peer = running.connect()) {
      peer.call(HELLO);
      peer.send(count(3, 10));
      assertHears(peer, 1, 3);
      assertBlocked(peer);
      peer.send("[\"ak\",{\"n\":2}]");
      assertHears(peer, 4, 5);
      assertBlocked(peer);
      peer.send("[\"ak\",{\"n\":1000}]");
      assertHears(peer, 6, 8);
      assertBlocked(peer);
      peer.send("[\"ak\",{\"n\":1}][\"ak\",{\"n\":1}]");
      assertHears(peer, 9, 10);
      assertThat(peer.receive()).isEqualTo("[\"ok\",{},10]");
    }
  }

  @Test
  @DisplayName("P.23 what is taken after a call has ended counts for no later call")
  void lateAcks() throws Exception {
    try (var running = RunningServer.serving(ServedExtensions.class);
        RawPeer peer = running.connect()) {
      peer.call(HELLO);
      for (int i = 0; i < 3; i++) {
        peer.send(count(2, 2));
        assertHears(peer, 1, 2);
        assertThat(peer.receive()).isEqualTo("[\"ok\",{},2]");
        peer.send("[\"ak\",{\"n\":2}]" + count(1, 3));
        assertHears(peer, 1, 1);
        assertBlocked(peer); // from here on the helper reads
        peer.send("[\"ak\",{\"n\":1}]");
        assertHears(peer, 2, 2);
        peer.send("[\"ak\",{\"n\":1}]");
        assertHears(peer, 3, 3);
        assertThat(peer.receive()).isEqualTo("[\"ok\",{},3]");
        peer.send("[\"ak\",{\"n\":1}][\"dn\",{}]");
      }
    }
  }

  @Test
  @DisplayName("P.23 progress is sent to no client that did not ask, or did not announce it")
  void unwanted() throws Exception {
    try (var running = RunningServer.serving(ServedExtensions.class)) {
      try (RawPeer peer = running.connect()) {
        peer.call(HELLO);
        assertThat(peer.call("[\"do\",{},\"wanted\"]")).isEqualTo("[\"ok\",{},false]");
        assertThat(peer.call("[\"do\",{\"pr\":1},\"wanted\"]")).isEqualTo("[\"ok\",{},true]");
        assertThat(peer.call("[\"do\",{},\"count\",3]")).isEqualTo("[\"ok\",{},3]");
        assertThat(peer.call(count(0, 3))).isEqualTo("[\"ok\",{},3]");
      }
      try (RawPeer peer = running.connect()) {
        assertThat(peer.call(count(3, 3))).isEqualTo("[\"ok\",{},3]");
      }
    }
  }

  @Test
  @DisplayName("P.4, P.23 a value that cannot travel is told to the code, and the call goes on")
  void badValues() throws Exception {
    try (var running =
            RunningServer.start(b -> b.serve(ServedExtensions.class).jvmArguments("-Xmx512m"));
        RawPeer peer = running.connect()) {
      peer.call(HELLO);
      peer.send("[\"do\",{\"pr\":1},\"reportBadly\"]");
      assertThat(peer.receive()).isEqualTo("[\"pr\",{},\"still here\"]");
      assertThat(peer.receive())
          .startsWith(
              "[\"ok\",{},[\"$[1]: java.lang.Object cannot be written; no TypeAdapter takes"
                  + " it\",\"")
          .contains("over the limit of 67108864 bytes");
      peer.send("[\"do\",{\"pr\":1},\"reportAndFail\"]");
      assertThat(peer.receive()).isEqualTo("[\"pr\",{},\"before\"]");
      assertThat(peer.receive())
          .isEqualTo("[\"er\",{},\"java.lang.IllegalStateException: after\"]");
    }
  }

  @Test
  @DisplayName("P.23 an interrupted thread reports as any other, and stays interrupted")
  void interrupted() throws Exception {
    try (var running = RunningServer.serving(ServedExtensions.class);
        RawPeer peer = running.connect()) {
      peer.call(HELLO);
      peer.send("[\"do\",{\"pr\":1},\"countInterrupted\",2]");
      assertHears(peer, 1, 1);
      peer.send("[\"ak\",{\"n\":1}]");
      assertHears(peer, 2, 2);
      assertThat(peer.receive()).isEqualTo("[\"ok\",{},true]");
      assertThat(peer.call("[\"do\",{},\"wanted\"]")).isEqualTo("[\"ok\",{},false]");
    }
  }

  @Test
  @DisplayName("P.7 a client that leaves while values wait for it ends its worker")
  void clientLeaves() throws Exception {
    try (var running = RunningServer.serving(ServedExtensions.class)) {
      long pid;
      long left;
      try (RawPeer peer = running.connect()) {
        peer.call(HELLO);
        pid = running.awaitIn("BUSY", 1).getFirst().pid();
        peer.send(count(1, 2));
        assertHears(peer, 1, 1);
        left = System.nanoTime();
      }
      RunningServer.awaitGone(pid);
      System.out.printf(
          "P.7 left during progress: gone after %d ms%n", (System.nanoTime() - left) / 1_000_000);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  @DisplayName("P.25 an abort while values wait for the client is answered with the dump")
  void abort(int window) throws Exception {
    try (var running = RunningServer.serving(ServedExtensions.class);
        RawPeer peer = running.connect()) {
      peer.call(HELLO);
      peer.send(count(window, 100));
      assertHears(peer, 1, window);
      assertThat(peer.call("[\"ab\",{}]"))
          .startsWith("[\"er\",{\"ab\":1,\"dump\":\"\\\"main\\\" #")
          .contains("dev.remuda.worker.Progress.report", "ServedExtensions.count");
      assertThat(peer.rest()).isEmpty();
    }
  }
}
