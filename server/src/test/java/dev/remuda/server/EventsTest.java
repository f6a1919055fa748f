package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.MessageReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("P.18 Who listens hears what happens to workers, and why")
@Timeout(120)
class EventsTest {
  private static final String WAITING = "echo ready >&4; read line <&3";

  private static RunningServer shell() throws IOException {
    return RunningServer.start(b -> b.command("/bin/sh", "-c", WAITING));
  }

  private static RawPeer listening(RunningServer running, int window) throws IOException {
    RawPeer peer = running.ask();
    peer.send("[\"do\",{\"pr\":" + window + "},\"events\"]");
    assertThat(next(peer)).isEqualTo("listening");
    return peer;
  }

  private static Map<?, ?> event(RawPeer peer) throws IOException {
    var reader = new MessageReader(Limits.DEFAULTS);
    reader.feed(ByteBuffer.wrap(peer.receive().getBytes(StandardCharsets.UTF_8)));
    return (Map<?, ?>) Objects.requireNonNull(((Message.Pr) reader.next()).value());
  }

  /** In short. */
  private static String next(RawPeer peer) throws IOException {
    Map<?, ?> event = event(peer);
    assertThat((String) event.get("at")).endsWith("Z");
    var text = new ArrayList<String>();
    for (String key : new String[] {"event", "worker", "was", "state", "cause", "reason"}) {
      if (event.get(key) != null) {
        text.add(event.get(key).toString());
      }
    }
    return String.join(" ", text);
  }

  @Test
  @DisplayName("P.18 starts, readiness, retirement, kills and deaths, each with its reason")
  void aLife() throws Exception {
    try (var running = shell()) {
      running.awaitIn("STANDBY", 1);
      try (RawPeer peer = listening(running, 100)) {
        Asked.ask(running, "\"reload\",\"new jars\"");
        assertThat(next(peer)).isEqualTo("reload new jars");
        assertThat(next(peer)).isEqualTo("started test(2)");
        assertThat(next(peer)).isEqualTo("moved test(2) STARTING STANDBY ready");
        assertThat(next(peer)).isEqualTo("moved test(1) STANDBY RETIRING new jars");
        assertThat(next(peer)).isEqualTo("ended test(1) exited with status 0");
        Asked.ask(running, "\"kill\",\"test(2)\",\"no good\"");
        assertThat(next(peer)).isEqualTo("moved test(2) STANDBY ENDING no good");
        assertThat(next(peer)).isEqualTo("ended test(2) was ended by SIGKILL no good");
        assertThat(next(peer)).isEqualTo("started test(3)");
        assertThat(next(peer)).isEqualTo("moved test(3) STARTING STANDBY ready");
        running.server.drain();
        assertThat(next(peer)).isEqualTo("drain drain");
        assertThat(next(peer)).isEqualTo("moved test(3) STANDBY RETIRING drain");
        assertThat(next(peer)).isEqualTo("ended test(3) exited with status 0");
        assertThat(peer.rest()).isEmpty();
      }
    }
  }

  @Test
  @DisplayName("P.18 a window is respected, and what waits meanwhile comes when it is opened")
  void window() throws Exception {
    try (var running = shell()) {
      running.awaitIn("STANDBY", 1);
      try (RawPeer peer = listening(running, 2)) {
        running.server.kill("test(1)", "a");
        assertThat(next(peer)).isEqualTo("moved test(1) STANDBY ENDING a");
        running.awaitIn("STANDBY", 1);
        assertThat(peer.hears(100)).isFalse();
        peer.send("[\"ak\",{\"n\":1}]");
        assertThat(next(peer)).isEqualTo("ended test(1) was ended by SIGKILL a");
        assertThat(peer.hears(100)).isFalse();
        peer.send("[\"ak\",{\"n\":9}]");
        assertThat(next(peer)).isEqualTo("started test(2)");
        assertThat(next(peer)).isEqualTo("moved test(2) STARTING STANDBY ready");
      }
      try (RawPeer peer = running.ask()) {
        assertThat(peer.call("[\"do\",{},\"events\"]"))
            .isEqualTo(
                "[\"er\",{},\"events come as progress: META pr says how many may be under way\"]");
      }
      try (RawPeer peer = listening(running, 9)) {
        assertThat(peer.call("[\"do\",{},\"status\"]"))
            .isEqualTo("[\"er\",{},\"one who listens sends ak, not do\"]");
        assertThat(peer.rest()).isEmpty();
      }
    }
  }

  @Test
  @DisplayName("P.18 who does not take them is told so after 1,000, and can ask something else")
  void tooSlow() throws Exception {
    try (var running = shell()) {
      running.awaitIn("STANDBY", 1);
      try (RawPeer slow = listening(running, 1);
          RawPeer silent = listening(running, 1_000_000)) {
        await()
            .pollInterval(java.time.Duration.ofMillis(1))
            .atMost(RunningServer.PATIENCE)
            .until(() -> {
              Asked.ask(running, "\"reload\",\"" + "x".repeat(400) + "\"");
              return slow.hears(1);
            });
        assertThat(slow.receive())
            .isEqualTo("[\"er\",{},\"too slow: 1000 values wait to be acknowledged\"]");
        slow.send("[\"ak\",{\"n\":1}]");
        assertThat(slow.call("[\"do\",{},\"status\"]")).startsWith("[\"ok\",");
        for (int i = 0; i < 1_000; i++) {
          Asked.ask(running, "\"reload\",\"" + "y".repeat(400) + "\"");
        }
        String last = silent.receive();
        while (last.startsWith("[\"pr\"") && silent.hears(200)) {
          last = silent.receive();
        }
        assertThat(last).startsWith("[\"er\",{},\"too slow").doesNotContain("\"pr\"");
      }
    }
  }

  @Test
  @DisplayName("P.18 a listener in this JVM hears the same until it has enough; one may throw")
  void inThisJvm() throws Exception {
    try (var running = shell()) {
      running.awaitIn("STANDBY", 1);
      List<ServerEvent> heard = new CopyOnWriteArrayList<>();
      running.server.listen(event -> {
        throw new IllegalStateException("on purpose");
      });
      Runnable enough = running.server.listen(heard::add);
      running.server.kill("test(1)", "test");
      running.server.exitOf("test(1)").get(30, TimeUnit.SECONDS);
      running.awaitIn("STANDBY", 1);
      assertThat(heard)
          .hasExactlyElementsOfTypes(
              ServerEvent.Moved.class,
              ServerEvent.Ended.class,
              ServerEvent.Started.class,
              ServerEvent.Moved.class);
      enough.run();
      running.server.kill("test(2)", "test");
      running.server.exitOf("test(2)").get(30, TimeUnit.SECONDS);
      assertThat(heard).hasSize(4);
    }
  }

  @Test
  @DisplayName("P.18 however many listen, others can still ask; one more is told so, then let in")
  void manyListeners() throws Exception {
    var peers = new ArrayList<RawPeer>();
    try (var running = shell()) {
      running.awaitIn("STANDBY", 1);
      for (int i = 0; i < ControlCommands.MOST_LISTENERS; i++) {
        peers.add(listening(running, 100));
      }
      for (int i = 0; i < 20; i++) {
        peers.add(running.ask());
        peers.getLast().send("[\"do\",{\"pr\":9},\"events\"]");
      }
      for (RawPeer oneMore : peers.subList(ControlCommands.MOST_LISTENERS, peers.size())) {
        assertThat(oneMore.receive())
            .isEqualTo(
                "[\"er\",{},\"48 listen to the events already, and no more may: the other"
                    + " connections to the control address are for questions\"]");
      }
      assertThat(Asked.ask(running, "\"kill\",\"test(1)\",\"to see\"")).isEqualTo(true);
      peers.removeFirst().close();
      await()
          .atMost(RunningServer.PATIENCE)
          .until(() -> {
            peers.add(running.ask());
            return peers.getLast().call("[\"do\",{\"pr\":9},\"events\"]").startsWith("[\"pr\"");
          });
    } finally {
      for (RawPeer peer : peers) {
        peer.close();
      }
    }
  }
}
