package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Wire: a worker that has announced itself and then breaks its word")
class OutOfTurnTest extends ScriptedTest {
  private static final String ALL = ScriptedPeer.worker("ex", "ab", "rd", "dl", "rt", "pipe", "pr");

  private void goesOn(TaskClient client) throws Exception {
    var next = client.call("next");
    peer.accept().greet().expectCall("next").answer("1");
    assertThat(result(next)).isEqualTo(1L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[\"rd\",{}]",
        "[\"hi\",{}]",
        "[\"ak\",{\"n\":1}]",
        "[\"pr\",{},1]",
        "[\"do\",{},\"you\"]",
        "[\"dn\",{}]",
        "[\"ab\",{}]",
        "[\"er\",{\"sk\":1},\"skipped\"]",
        "nonsense",
      })
  @DisplayName("Wire: what is out of turn while a call runs fails that call, and no other")
  void whileCalling(String message) throws Exception {
    TaskClient client = start(toPeer().greet().timeout(Duration.ZERO));
    var call = client.call("x");
    ScriptedPeer.Line line = peer.accept().greet(ALL).expectCall("x").send(message);
    assertThat(failure(call)).isInstanceOf(ProtocolException.class);
    line.expectEnd();
    goesOn(client);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[\"ok\",{},1]",
        "[\"er\",{},\"no\"]",
        "[\"er\",{\"sk\":1},\"skipped\"]",
        "[\"pr\",{},1]",
        "[\"rd\",{}]",
        "[\"hi\",{}]",
        "[\"ak\",{\"n\":1}]",
        "nonsense",
      })
  @DisplayName("Wire: what is out of turn on an idle connection ends it, before anybody has it")
  void whileIdle(String message) throws Exception {
    TaskClient client = start(toPeer().greet().minWorkers(1));
    ScriptedPeer.Line line = peer.accept().greet(ALL);
    awaitStats(client, new PoolStats(1, 0, 1, 0));
    line.send(message).expectEnd();
    goesOn(client);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[\"ok\",{},1]", "[\"pr\",{},1]", "[\"hi\",{}]", "nonsense"})
  @DisplayName("Wire: what is out of turn while a release is awaited ends the connection")
  void whileReleasing(String message) throws Exception {
    TaskClient client = start(toPeer().greet().timeout(Duration.ZERO));
    var call = client.call("x");
    ScriptedPeer.Line line =
        peer.accept().greet(ALL).expectCall("x").answer("1").expect("[\"dn\",{}]");
    assertThat(result(call)).isEqualTo(1L);
    line.send(message).expectEnd();
    goesOn(client);
  }

  @Test
  @DisplayName("Wire: a rd that is said twice ends the connection")
  void releasedTwice() throws Exception {
    TaskClient client = start(toPeer().greet().timeout(Duration.ZERO));
    var call = client.call("x");
    ScriptedPeer.Line line =
        peer.accept().greet(ALL).expectCall("x").answer("1").expect("[\"dn\",{}]");
    assertThat(result(call)).isEqualTo(1L);
    line.send("[\"rd\",{}][\"rd\",{}]").expectEnd();
    goesOn(client);
  }

  @Test
  @DisplayName("Wire: a release that has no end is bounded by the longest run of a call")
  void releaseHangs() throws Exception {
    TaskClient client = start(toPeer().greet().callTimeout(Duration.ofMillis(300)));
    var call = client.call("x");
    ScriptedPeer.Line line = peer.accept().greet(ScriptedPeer.worker("rd"));
    line.expectCall("x").answer("1").expect("[\"dn\",{}]");
    assertThat(result(call)).isEqualTo(1L);
    line.expectEnd();
    awaitStats(client, new PoolStats(0, 0, 0, 0));
  }

  @Test
  @DisplayName("Wire: half a progress value and then silence is a deadline")
  void halfAProgress() throws Exception {
    TaskClient client = start(toPeer().greet().callTimeout(Duration.ofMillis(300)));
    CallStream<Object, Object> stream = client.untyped().callStream("x");
    ScriptedPeer.Line line =
        peer.accept().greet(ScriptedPeer.worker("pr")).expect("[\"do\",{\"pr\":32},\"x\"]");
    line.send("[\"pr\",{},[1,");
    assertThat(failure(stream.result())).isInstanceOf(CallTimeoutException.class);
    line.expectEnd();
  }

  @Test
  @DisplayName("Wire: what precedes the greeting's answer is out of turn; callers only wait")
  void beforeTheGreeting() throws Exception {
    TaskClient client = start(toPeer().greet());
    var call = client.call("x");
    ScriptedPeer.Line line = peer.accept().send("[\"ok\",{},1]");
    line.expect("[\"hi\"," + ScriptedPeer.CLIENT + "]").expectEnd();
    assertThat(call).isNotDone();
    peer.accept().greet().expectCall("x").answer("1");
    assertThat(result(call)).isEqualTo(1L);
  }

  @Test
  @DisplayName("Wire: a peer that says nonsense at once is not asked in a rush")
  void noRush() throws Exception {
    TaskClient client = start(toPeer().minWorkers(1));
    for (int i = 0; i < 3; i++) {
      peer.accept().send("SSH-2.0-OpenSSH_9.6\r\n").expectEnd();
    }
    assertThat(client.counters().connectFailures()).isGreaterThanOrEqualTo(2);
    assertThat(peer.untaken()).isZero();
  }

  @Test
  @DisplayName("Wire: of a message without end no more is kept than the limit, for each connection")
  void boundedMemory() throws Exception {
    TaskClient client = start(toPeer().greet().maxWorkers(3));
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    long before = runtime.totalMemory() - runtime.freeMemory();
    for (int i = 0; i < 3; i++) {
      var call = client.call("x");
      ScriptedPeer.Line line = peer.accept().greet().expectCall("x").send("[\"ok\",{},\"");
      String mebibyte = "a".repeat(1 << 20);
      try {
        for (int sent = 0; sent < 1 << 10; sent++) {
          line.send(mebibyte);
        }
      } catch (IOException refused) {
        // Long before the gibibyte is there.
      }
      assertThat(failure(call))
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining("over the limit of 67108864 bytes");
    }
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          System.gc();
          long after = runtime.totalMemory() - runtime.freeMemory();
          assertThat(after - before).isLessThan(64L << 20);
        });
  }
}
