package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Wire: a peer that breaks the protocol hurts one call and no more")
class BadPeerTest extends ScriptedTest {
  interface Maker {
    int number();

    Strict strict();

    Set<Strict> all();
  }

  /** A type with a mind of its own. */
  record Strict(String text) {
    Strict {
      switch (text) {
        case "error" -> throw new AssertionError("refused hard");
        case "exception" -> throw new IllegalArgumentException("refused");
        default -> {}
      }
    }

    @Override
    public int hashCode() {
      throw new UnsupportedOperationException("no hash");
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }
  }

  private void goesOn(TaskClient client) throws Exception {
    var next = client.call("next");
    peer.accept().expectFirstCall("next").answer("1");
    assertThat(result(next)).isEqualTo(1L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 400 Bad Request\r\n",
        "[\"xx\",{},1]",
        "[\"ok\",{},1,2]",
        "[\"ok\",[],1]",
        "[\"ok\"]",
        "[7,{}]",
        "[]",
        "[\"ok\",{},\"\\ud800\"]",
        "[\"ok\",{},01]",
        "[\"ok\",{},1}",
        "[\"do\",{},\"you\"]",
        "[\"dn\",{}]",
        "[\"ab\",{}]",
        "[\"hi\",{}]",
        "[\"rd\",{}]",
      })
  @DisplayName("what is no reply fails the call with a ProtocolException and ends the connection")
  void noReply(String bytes) throws Exception {
    TaskClient client = client();
    var call = client.call("x");
    ScriptedPeer.Line line = peer.accept().expectFirstCall("x").send(bytes);
    assertThat(failure(call)).isInstanceOf(ProtocolException.class).hasMessageStartingWith("x in ");
    line.expectEnd();
    goesOn(client);
  }

  @Test
  @DisplayName("a second reply ends the connection, which is handed to nobody")
  void twoReplies() throws Exception {
    TaskClient client = client();
    var call = client.call("x");
    ScriptedPeer.Line line =
        peer.accept().expectFirstCall("x").send("[\"ok\",{},1][\"ok\",{},2][\"ok\",{},3]");
    assertThat(result(call)).isEqualTo(1L);
    line.expect("[\"dn\",{}]").expectEnd(); // the release was in order
    goesOn(client);
  }

  @Test
  @DisplayName("nesting past the limit is refused by its name")
  void tooDeep() throws Exception {
    TaskClient client = client();
    var call = client.call("x");
    ScriptedPeer.Line line = peer.accept().expectFirstCall("x");
    line.send("[\"ok\",{}," + "[".repeat(600));
    assertThat(failure(call))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("over the limit of 512 levels");
    line.expectEnd();
    goesOn(client);
  }

  @Test
  @DisplayName("a message past the limit is refused by its name")
  void tooLarge() throws Exception {
    TaskClient client = client();
    var call = client.call("x");
    ScriptedPeer.Line line = peer.accept().expectFirstCall("x").send("[\"ok\",{},\"");
    String mebibyte = "a".repeat(1 << 20);
    try {
      for (int i = 0; i < 70; i++) {
        line.send(mebibyte);
      }
    } catch (IOException refused) {
      // As it should be.
    }
    assertThat(failure(call))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("over the limit of 67108864 bytes");
    goesOn(client);
  }

  @Test
  @DisplayName("half a message and then silence is a deadline")
  void halfAMessage() throws Exception {
    TaskClient client = start(toPeer().timeout(Duration.ofSeconds(1)));
    var call = client.call("x");
    ScriptedPeer.Line line = peer.accept().expectFirstCall("x").send("[\"ok\",{},[1,");
    assertThat(failure(call)).isInstanceOf(CallTimeoutException.class);
    line.expectEnd();
  }

  @Test
  @DisplayName("a result that does not fit the method's type fails the call alone")
  void wrongType() throws Exception {
    TaskClient client = client();
    var call = client.of(Maker.class).async(Maker::number);
    ScriptedPeer.Line line = peer.accept().expectFirstCall("number").answer("\"many\"");
    assertThat(failure(call))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("expected int");
    var next = client.call("y");
    line.expect("[\"dn\",{}]").expectCall("y").answer("1");
    assertThat(result(next)).isEqualTo(1L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"exception", "error"})
  @DisplayName("a type of the caller's own that throws while it is made fails the call alone")
  void throwingType(String how) throws Exception {
    TaskClient client = client();
    var call = client.of(Maker.class).async(Maker::strict);
    ScriptedPeer.Line line =
        peer.accept().expectFirstCall("strict").answer("{\"text\":\"" + how + "\"}");
    assertThat(failure(call)).isInstanceOf(ProtocolException.class).hasMessageContaining("refused");
    var next = client.call("y");
    line.expect("[\"dn\",{}]").expectCall("y").answer("1");
    assertThat(result(next)).isEqualTo(1L);
  }

  @Test
  @DisplayName("so does one that throws when it is put into a set")
  void throwingHash() throws Exception {
    TaskClient client = client();
    var call = client.of(Maker.class).async(Maker::all);
    ScriptedPeer.Line line = peer.accept().expectFirstCall("all").answer("[{\"text\":\"a\"}]");
    assertThat(failure(call)).isInstanceOf(ProtocolException.class).hasMessageContaining("no hash");
    var next = client.call("y");
    line.expect("[\"dn\",{}]").expectCall("y").answer("1");
    assertThat(result(next)).isEqualTo(1L);
  }
}
