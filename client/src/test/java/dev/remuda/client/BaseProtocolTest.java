package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Wire: what the client says and understands")
class BaseProtocolTest extends ScriptedTest {

  @ParameterizedTest
  @ValueSource(strings = {"unix", "tcp"})
  @DisplayName("a peer that announces nothing gets exactly the base protocol")
  void basePeer(String kind) throws Exception {
    if (kind.equals("tcp")) {
      peer = listening(ScriptedPeer.tcp());
    }
    TaskClient client = client();
    Checkout<Object> checkout = client.checkout();
    var echo = checkout.call("echo", 1, "λ", Map.of("x", Arrays.asList(1.5, null)));
    var hash = checkout.call("hash", (Object) null);
    ScriptedPeer.Line line = peer.accept();
    line.expect("[\"do\"," + ScriptedPeer.CLIENT + ",\"echo\",1,\"λ\",{\"x\":[1.5,null]}]")
        .send("[\"ok\",{},[\"echo\",1,\"λ\",{\"x\":[1.5,null]}]]");
    assertThat(result(echo))
        .isEqualTo(List.of("echo", 1L, "λ", Map.of("x", Arrays.asList(1.5, null))));
    line.expect("[\"do\",{},\"hash\",null]").answer("7");
    assertThat(result(hash)).isEqualTo(7L);
    checkout.close();
    var next = client.call("again");
    line.expect("[\"dn\",{}]").expectCall("again").answer("null");
    assertThat(result(next)).isNull();
    client.close();
    line.expect("[\"dn\",{}]").expectEnd();
    assertThat(peer.connections()).isEqualTo(1);
  }

  @Test
  @DisplayName("a checkout without a call costs the worker no message")
  void silentCheckout() throws Exception {
    TaskClient client = client();
    client.checkout().close();
    var call = client.call("first");
    peer.accept().expectFirstCall("first").answer("1");
    assertThat(result(call)).isEqualTo(1L);
  }

  @Test
  @DisplayName("a greeting learned from the first reply opens the next connections")
  void learnsToGreet() throws Exception {
    TaskClient client = start(toPeer().maxWorkers(2));
    try (Checkout<Object> first = client.checkout();
        Checkout<Object> second = client.checkout()) {
      var one = first.call("one");
      ScriptedPeer.Line plain = peer.accept().expectFirstCall("one");
      ScriptedPeer.Line early = peer.accept(); // connected before anything was known
      plain.send("[\"ok\"," + ScriptedPeer.WORKER + ",1]");
      assertThat(result(one)).isEqualTo(1L);
      early.close();
      var two = second.call("two");
      peer.accept().greet().expectCall("two").answer("2");
      assertThat(result(two)).isEqualTo(2L);
    }
  }

  @Test
  @DisplayName("a connection counts as available only when its greeting is answered")
  void notAvailableBeforeHi() throws Exception {
    TaskClient client = start(toPeer().greet());
    var call = client.call("x");
    ScriptedPeer.Line line = peer.accept().expect("[\"hi\"," + ScriptedPeer.CLIENT + "]");
    assertThat(client.stats()).isEqualTo(new PoolStats(1, 0, 0, 1));
    line.send("[\"hi\"," + ScriptedPeer.WORKER + "]").expectCall("x").answer("true");
    assertThat(result(call)).isEqualTo(true);
  }

  @Test
  @DisplayName("a base server that ends at a greeting, after Remuda was there, is recovered from")
  void remudaReplacedByBaseServer() throws Exception {
    TaskClient client = client();
    var one = client.call("one");
    ScriptedPeer.Line line = peer.accept().expectFirstCall("one");
    line.send("[\"ok\"," + ScriptedPeer.WORKER + ",1]").expect("[\"dn\",{}]").close();
    assertThat(result(one)).isEqualTo(1L);
    var two = client.call("two");
    for (int i = 0; i < 2; i++) {
      ScriptedPeer.Line greeted = peer.accept();
      greeted.expect("[\"hi\"," + ScriptedPeer.CLIENT + "]").close();
    }
    peer.accept().expectFirstCall("two").answer("2");
    assertThat(result(two)).isEqualTo(2L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"unix", "tcp"})
  @DisplayName("P.35 connections that are reset say nothing of greetings: no call goes ahead of hi")
  void resetIsNoDoubt(String kind) throws Exception {
    if (kind.equals("tcp")) {
      peer = listening(ScriptedPeer.tcp());
    }
    TaskClient client = start(toPeer().greet());
    var call = client.call("x");
    for (int i = 0; i < 4; i++) {
      peer.accept().reset();
    }
    peer.accept().greet().expectCall("x").answer("1");
    assertThat(result(call)).isEqualTo(1L);
  }

  @Test
  @DisplayName("a worker with a checkoutDone hook is free again only after its rd")
  void awaitsCheckoutDone() throws Exception {
    TaskClient client = start(toPeer().greet());
    var one = client.call("one");
    ScriptedPeer.Line line =
        peer.accept().greet(ScriptedPeer.WORKER.replace("\"ab\"]", "\"ab\",\"rd\"]"));
    line.expectCall("one").answer("1").expect("[\"dn\",{}]");
    assertThat(result(one)).isEqualTo(1L);
    var two = client.call("two");
    assertThat(client.stats()).isEqualTo(new PoolStats(1, 1, 0, 1));
    line.send("[\"rd\",{}]").expectCall("two").answer("2");
    assertThat(result(two)).isEqualTo(2L);
  }

  @Test
  @DisplayName("a reply split at each byte, within a character too, is one reply")
  void splitReplies() throws Exception {
    var call = client().call("x");
    peer.accept()
        .expectFirstCall("x")
        .sendByteByByte(" \n[\"ok\",{\"u\":[{}]},{\"k\\\"é\":[\"λ\\u00e9😀\\\\\",-12.5e3,{}]}] ");
    assertThat(result(call)).isEqualTo(Map.of("k\"é", List.of("λé😀\\", -12500.0, Map.of())));
  }

  @Test
  @DisplayName("results of each kind come as they are on the wire")
  void resultsOfEachKind() throws Exception {
    TaskClient client = client();
    try (Checkout<Object> checkout = client.checkout()) {
      var all =
          List.of(
              "null",
              "true",
              "-9223372036854775808",
              "18446744073709551616",
              "0.1",
              "1.234567890123456789",
              "\"\"",
              "[]",
              "{}");
      List<CompletableFuture<Object>> calls = all.stream().map(x -> checkout.call("x")).toList();
      ScriptedPeer.Line line = peer.accept().expectFirstCall("x").answer(all.getFirst());
      for (String value : all.subList(1, all.size())) {
        line.expectCall("x").answer(value);
      }
      var values = new java.util.ArrayList<Object>();
      for (CompletableFuture<Object> call : calls) {
        values.add(result(call));
      }
      assertThat(values)
          .containsExactly(
              null,
              true,
              Long.MIN_VALUE,
              new BigInteger("18446744073709551616"),
              0.1,
              new BigDecimal("1.234567890123456789"),
              "",
              List.of(),
              Map.of());
    }
  }

  @Test
  @DisplayName("an ok without a value is null, as Perl sends it")
  void okWithoutValue() throws Exception {
    var call = client().call("x");
    peer.accept().expectFirstCall("x").send("[\"ok\",{}]");
    assertThat(result(call)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"died at x line 1\\n\"", "null", "{\"code\":[1,2.5]}", "[]", "42"})
  @DisplayName("an error is any JSON value")
  void errorsOfAnyKind(String wire) throws Exception {
    var call = client().call("x");
    ScriptedPeer.Line line = peer.accept().expectFirstCall("x").send("[\"er\",{}," + wire + "]");
    assertThat(failure(call))
        .isInstanceOfSatisfying(
            CallFailedException.class,
            e -> {
              assertThat(e.method()).isEqualTo("x");
              assertThat(e.remote()).isEmpty();
              assertThat(new ArgumentEncoder().encode(Arrays.asList(e.error())))
                  .asString()
                  .isEqualTo("," + wire);
            });
    line.expectEnd(); // failed: the worker may not be what it was
  }

  @Test
  @DisplayName("ex makes a real exception with class, message, frames, causes and suppressed")
  void remoteException() throws Exception {
    var call = client().call("x");
    peer.accept()
        .expectFirstCall("x")
        .send(
            "[\"er\",{\"ex\":{\"class\":\"a.B\",\"message\":\"no\",\"frames\":[[\"a.C\",\"run\","
                + "\"C.java\",12],[\"a.D\",\"go\",null,-1]],\"cause\":{\"class\":\"a.E\",\"frames\":"
                + "[]},\"suppressed\":[{\"class\":\"a.F\",\"message\":\"too\",\"frames\":[]}]}},\"a.B:"
                + " no\"]");
    CallFailedException failed = (CallFailedException) failure(call);
    assertThat(failed).hasMessageContaining("x failed in").hasMessageContaining("a.B: no");
    RemoteException remote = failed.remote().orElseThrow();
    assertThat(remote.className()).isEqualTo("a.B");
    assertThat(remote).hasMessage("no").hasToString("a.B: no");
    assertThat(remote.getStackTrace())
        .containsExactly(
            new StackTraceElement("a.C", "run", "C.java", 12),
            new StackTraceElement("a.D", "go", null, -1));
    assertThat(remote.getCause()).hasToString("a.E");
    assertThat(remote.getSuppressed()).hasSize(1).allSatisfy(s -> assertThat(s).hasMessage("too"));
  }

  @Test
  @DisplayName("P.3 a setup exception is told as one")
  void setupFailed() throws Exception {
    var call = client().call("hash", (Object) null);
    peer.accept()
        .expect("[\"do\"," + ScriptedPeer.CLIENT + ",\"hash\",null]")
        .send("[\"er\",{},\"setup exception: no config\\n\"]");
    assertThat(failure(call))
        .isInstanceOf(SetupFailedException.class)
        .hasMessageContaining("no config");
  }

  @Test
  @DisplayName("a call past the limit of a message is refused at once, and the pool goes on")
  void tooLargeCall() throws Exception {
    TaskClient client = client();
    Throwable thrown =
        org.assertj.core.api.Assertions.catchThrowable(
            () -> result(client.call("x", "a".repeat(65 << 20))));
    assertThat(thrown).hasStackTraceContaining("over the limit of 67108864 bytes");
    var next = client.call("y");
    peer.accept().expectFirstCall("y").answer("1");
    assertThat(result(next)).isEqualTo(1L);
  }
}
