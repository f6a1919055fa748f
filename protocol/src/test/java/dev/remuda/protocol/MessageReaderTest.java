package dev.remuda.protocol;

import static dev.remuda.protocol.WireTexts.argument;
import static dev.remuda.protocol.WireTexts.drain;
import static dev.remuda.protocol.WireTexts.feed;
import static dev.remuda.protocol.WireTexts.list;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Protocol: messages in whatever pieces they come")
class MessageReaderTest {
  private static final String TRANSCRIPT =
      """
      ["do",{},"echo",1,"λ",{"x":[1.5,null]}]
      ["ok",{},["echo",1,"λ",{"x":[1.5,null]}]]
      ["do",{},"hash",null]
      ["er",{},"setup exception: no config\\n"]
      ["dn",{}]
      ["hi",{"c":{"v":1,"caps":["ex","ab","rd"],"name":"😀"}}]
      ["rd",{}]
      ["ab",{}]\
      """;

  private static final List<Message> MESSAGES =
      List.of(
          new Message.Do(Meta.EMPTY, list("echo", 1L, "λ", Map.of("x", list(1.5, null)))),
          new Message.Ok(Meta.EMPTY, list("echo", 1L, "λ", Map.of("x", list(1.5, null)))),
          new Message.Do(Meta.EMPTY, list("hash", null)),
          new Message.Er(Meta.EMPTY, "setup exception: no config\n"),
          new Message.Dn(Meta.EMPTY),
          new Message.Hi(
              new Meta(Map.of("c", Map.of("v", 1L, "caps", list("ex", "ab", "rd"), "name", "😀")))),
          new Message.Rd(Meta.EMPTY),
          new Message.Ab(Meta.EMPTY));

  private final byte[] joined = TRANSCRIPT.replace("\n", "").getBytes(UTF_8);

  @Test
  void theTranscriptsComeOutOfOneRead() {
    var reader = new MessageReader(Limits.DEFAULTS);
    feed(reader, joined, 0, joined.length);
    assertThat(drain(reader)).isEqualTo(MESSAGES);
    assertThat(reader.isEmpty()).isTrue();
  }

  @Test
  void theTranscriptsComeOutByteByByte() {
    var reader = new MessageReader(Limits.DEFAULTS);
    var messages = new ArrayList<Message>();
    for (int i = 0; i < joined.length; i++) {
      feed(reader, joined, i, i + 1);
      messages.addAll(drain(reader));
    }
    assertThat(messages).isEqualTo(MESSAGES);
  }

  @Test
  void aSplitAtAnyPositionWithinACharacterTooChangesNothing() {
    for (int split = 0; split <= joined.length; split++) {
      var reader = new MessageReader(Limits.DEFAULTS);
      feed(reader, joined, 0, split);
      List<Message> messages = drain(reader);
      feed(reader, joined, split, joined.length);
      messages.addAll(drain(reader));
      assertThat(messages).as("split at %d", split).isEqualTo(MESSAGES);
    }
  }

  @Test
  void whiteSpaceMayStandBetweenTextsAndInThem() {
    var reader = new MessageReader(Limits.DEFAULTS);
    byte[] spaced = (" \r\n\t" + TRANSCRIPT.replace(",{", " ,\n{ ") + "\n ").getBytes(UTF_8);
    feed(reader, spaced, 0, spaced.length);
    assertThat(drain(reader)).isEqualTo(MESSAGES);
    assertThat(reader.isEmpty()).isTrue();
  }

  @Test
  void aChannelIsReadOnceACall() throws IOException {
    var reader = new MessageReader(Limits.DEFAULTS);
    ReadableByteChannel channel = Channels.newChannel(new ByteArrayInputStream(joined));
    while (reader.readFrom(channel) > 0) {
      // until the end
    }
    assertThat(drain(reader)).isEqualTo(MESSAGES);
  }

  @Test
  void aBracketOrAQuoteInAStringIsOnlyText() {
    assertThat(argument("\"[{\\\"]}\\\\\"")).isEqualTo("[{\"]}\\");
  }

  @Test
  void theSizeOfTheLastMessageIsItsOwn() {
    var reader = new MessageReader(Limits.DEFAULTS);
    byte[] two = "  [\"dn\",{}] [\"do\",{},\"λ\"]".getBytes(UTF_8);
    feed(reader, two, 0, two.length);
    reader.next();
    assertThat(reader.lastSize()).isEqualTo(9);
    reader.next();
    assertThat(reader.lastSize()).isEqualTo(14);
  }
}
