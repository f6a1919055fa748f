package dev.remuda.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Protocol: reading messages")
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

  private static List<Object> list(Object... values) {
    return Arrays.asList(values);
  }

  private static void feed(MessageReader reader, byte[] bytes, int from, int to) {
    reader.feed(ByteBuffer.wrap(bytes, from, to - from));
  }

  private static List<Message> drain(MessageReader reader) {
    var messages = new ArrayList<Message>();
    for (Message message = reader.next(); message != null; message = reader.next()) {
      messages.add(message);
    }
    return messages;
  }

  private static Message read(Limits limits, byte[] bytes) {
    var reader = new MessageReader(limits);
    feed(reader, bytes, 0, bytes.length);
    return reader.next();
  }

  private static Message read(String text) {
    return read(Limits.DEFAULTS, text.getBytes(UTF_8));
  }

  private static Object argument(String json) {
    return ((Message.Do) read("[\"do\",{}," + json + "]")).arguments().getFirst();
  }

  private static WireException refused(Limits limits, byte[] bytes) {
    return catchThrowableOfType(WireException.class, () -> read(limits, bytes));
  }

  private static WireException refused(String text) {
    return refused(Limits.DEFAULTS, text.getBytes(UTF_8));
  }

  @Nested
  class Pieces {
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

  @Nested
  class Values {
    @ParameterizedTest
    @ValueSource(strings = {"", "λ", "日本", "😀", "e\u0301", "\u0000\u001f\u007f", "\uFFFF"})
    void anyUnicodeTravels(String text) {
      var writer = new MessageWriter(Limits.DEFAULTS);
      writer.write(new Message.Ok(Meta.EMPTY, text));
      byte[] bytes = new byte[writer.written().remaining()];
      writer.written().get(bytes);
      assertThat(((Message.Ok) read(Limits.DEFAULTS, bytes)).result()).isEqualTo(text);
    }

    @Test
    void escapedSurrogatePairsAreOneCharacter() {
      assertThat(argument("\"\\ud83d\\ude00\"")).isEqualTo("😀");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "9223372036854775807", "-9223372036854775808", "2147483648"})
    void integersOf64BitsAreLongs(String json) {
      assertThat(argument(json)).isEqualTo(Long.parseLong(json));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "9223372036854775808",
          "-9223372036854775809",
          "123456789012345678901234567890123456789012345678901234567890"
        })
    void largerIntegersKeepEveryDigit(String json) {
      assertThat(argument(json)).isEqualTo(new BigInteger(json));
    }

    @ParameterizedTest
    @ValueSource(
        doubles = {
          1.0,
          0.1,
          -1.5e-7,
          1e308,
          Double.MAX_VALUE,
          Double.MIN_VALUE,
          Double.MIN_NORMAL,
          5e-320,
          0.1 + 0.2,
          123456789012345680.0
        })
    void doublesAreExact(double value) {
      assertThat(argument(Double.toString(value))).isEqualTo(value);
    }

    @Test
    void negativeZeroKeepsItsSign() {
      assertThat(argument("-0.0")).isEqualTo(-0.0);
      assertThat(argument("0.0")).isEqualTo(0.0);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "1e400",
          "1E-400",
          "3.14159265358979323846264338327950288419716939937510",
          "0.1000000000000000055511151231257827",
          "5e-324",
          "1.2345e-320",
          "1e999999999"
        })
    void aDecimalThatADoubleWouldChangeStaysADecimal(String json) {
      assertThat(argument(json))
          .isInstanceOfSatisfying(
              BigDecimal.class,
              exact -> assertThat(exact).isEqualByComparingTo(new BigDecimal(json)));
    }

    @Test
    void stringsOfMebibytesTravel() {
      String large = "λ\\\"x".repeat(1 << 20);
      var writer = new MessageWriter(Limits.DEFAULTS);
      writer.write(new Message.Ok(Meta.EMPTY, large));
      byte[] bytes = new byte[writer.written().remaining()];
      writer.written().get(bytes);
      assertThat(((Message.Ok) read(Limits.DEFAULTS, bytes)).result()).isEqualTo(large);
    }

    @Test
    void unknownKeysOfMetaAreKept() {
      assertThat(read("[\"dn\",{\"zz\":[1]}]"))
          .isEqualTo(new Message.Dn(new Meta(Map.of("zz", list(1L)))));
    }

    @Test
    void aReplyWithoutAValueIsNull() {
      assertThat(read("[\"ok\",{}]")).isEqualTo(new Message.Ok(Meta.EMPTY, null));
    }

    @Test
    void anErrorMayBeAnyValue() {
      assertThat(read("[\"er\",{},{\"code\":7}]"))
          .isEqualTo(new Message.Er(Meta.EMPTY, Map.of("code", 7L)));
    }
  }

  @Nested
  class Refusals {
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '\0',
        value = {
          "GET / HTTP/1.1 | no message begins at byte 0: GET / HTTP/1.1",
          "{\"do\":1} | no message begins at byte 0: {\"do\":1}",
          "[] | a message's code is a string at byte 0: []",
          "[1,{}] | a message's code is a string at byte 0: [1,{}]",
          "[\"do\"] | META of 'do' is no object at byte 0: [\"do\"]",
          "[\"do\",[]] | META of 'do' is no object at byte 0: [\"do\",[]]",
          "[\"do\",null,1] | META of 'do' is no object at byte 0: [\"do\",null,1]",
          "[\"no\",{}] | unknown code 'no' at byte 0: [\"no\",{}]",
          "[\"DO\",{}] | unknown code 'DO' at byte 0: [\"DO\",{}]",
          "[\"ok\",{},1,2] | 'ok' carries one value, not 2 at byte 0: [\"ok\",{},1,2]",
          "[\"er\",{},1,2,3] | 'er' carries one value, not 3 at byte 0: [\"er\",{},1,2,3]"
        })
    void whatIsNoMessageIsNamedWithItsFirstBytes(String text, String message) {
      assertThat(refused(text)).hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "[}",
          "[\"do\",{]]",
          "[\"do\",{}},",
          "[\"do\",{},]",
          "[\"do\",{},01]",
          "[\"do\",{},+1]",
          "[\"do\",{},.5]",
          "[\"do\",{},NaN]",
          "[\"do\",{},Infinity]",
          "[\"do\",{},'x']",
          "[\"do\",{},tru]",
          "[\"do\",{\"a\"}]",
          "[\"do\",{\"a\":}]",
          "[\"do\",{a:1}]",
          "[\"do\",{},\"\\x\"]",
          "[\"do\",{},\"a\nb\"]",
          "[\"do\",{},/**/1]",
          "[\"do\" {}]",
          "[\"do\",{},1e]",
          "[\"do\",{},1e99999999999]",
          "[\"do\",{},-]"
        })
    void whatIsNoJsonEndsTheConnection(String text) {
      WireException refusal = refused(text);
      assertThat(refusal.getMessage()).startsWith("not ").contains(" at byte 0: [");
      assertThat(refusal.offset()).isZero();
    }

    @Test
    void anUnbalancedBracketThatClosesNothingIsRefused() {
      assertThat(refused("]")).hasMessage("no message begins at byte 0: ]");
    }

    @Test
    void whatFollowsAMessageIsRefusedAtItsOwnPlace() {
      var reader = new MessageReader(Limits.DEFAULTS);
      byte[] bytes = "[\"dn\",{}]\n oops".getBytes(UTF_8);
      feed(reader, bytes, 0, bytes.length);
      assertThat(reader.next()).isEqualTo(new Message.Dn(Meta.EMPTY));
      assertThatThrownBy(reader::next)
          .hasMessage("no message begins at byte 11: oops")
          .isInstanceOfSatisfying(
              WireException.class,
              e -> {
                assertThat(e.offset()).isEqualTo(11);
                assertThat(e.firstBytes()).isEqualTo("oops");
              });
    }

    @Test
    void whatIsShownIsShortAndPrintable() {
      assertThat(refused("\u001b[31m" + "x".repeat(100)))
          .hasMessage("no message begins at byte 0: \\x1b[31m" + "x".repeat(35) + "…");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"\\ud83d", "\\ude00", "a\\ud83dx", "\\ude00\\ud83d", "\\ud83d\\ud83d\\ude00"})
    void anUnpairedSurrogateWrittenAsEscapeIsRefused(String text) {
      assertThat(refused("[\"do\",{},\"" + text + "\"]").getMessage())
          .startsWith("unpaired surrogate \\ud");
      assertThat(refused("[\"do\",{\"" + text + "\":1}]").getMessage()).contains("surrogate");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "\u00ff", // no first byte at all
          "\u0080", // goes on, but nothing began
          "\u00ce", // ends too soon
          "\u00e2\u0082", // ends too soon
          "\u00f0\u009f\u0098", // ends too soon
          "\u00c0\u00af", // an overlong slash
          "\u00c1\u00bf", // overlong
          "\u00e0\u0080\u0080", // overlong
          "\u00f0\u0080\u0080\u0080", // overlong
          "\u00ed\u00a0\u0080", // a surrogate
          "\u00ed\u00b0\u0080", // a surrogate
          "\u00f4\u0090\u0080\u0080", // beyond the last character
          "\u00f7\u00bf\u00bf\u00bf" // beyond the last character
        })
    void whatIsNotUtf8IsRefused(String latin1) {
      for (String json : List.of("[\"do\",{},\"%s\"]", "[\"do\",{\"%s\":1}]", "[\"%s\",{}]")) {
        assertThat(refused(Limits.DEFAULTS, json.formatted(latin1).getBytes(ISO_8859_1)))
            .as(json)
            .isNotNull();
      }
    }

    @Test
    void invalidUtf8IsNamedAsSuch() {
      assertThat(refused(Limits.DEFAULTS, "[\"do\",{},\"a\u00c0\u00af\"]".getBytes(ISO_8859_1)))
          .hasMessage("not UTF-8 at byte 0: [\"do\",{},\"a\\xc0\\xaf\"]");
    }
  }

  @Nested
  @DisplayName("Protocol: limits")
  class PastALimit {
    private static final int SMALL = 100;
    private final Limits small = new Limits(SMALL, 5, 3, 100);

    private String ofSize(int bytes) {
      return "[\"do\",{},\"" + "x".repeat(bytes - 12) + "\"]";
    }

    @Test
    void aMessageOfExactlyTheLimitIsTaken() {
      assertThat(read(small, ofSize(SMALL).getBytes(UTF_8))).isInstanceOf(Message.Do.class);
    }

    @Test
    void oneByteMoreIsNot() {
      assertThat(refused(small, ofSize(SMALL + 1).getBytes(UTF_8)).getMessage())
          .startsWith("message of 101 bytes or more is over the limit of 100 bytes at byte 0: [");
    }

    @Test
    void theSizeThatIsNamedIsThatOfTheMessageAlone() {
      assertThat(refused(small, (ofSize(101) + ofSize(50)).getBytes(UTF_8)).getMessage())
          .startsWith("message of 101 bytes or more is over the limit of 100 bytes at byte 0: [");
    }

    @Test
    void manyMessagesUnderTheLimitMayComeInOneRead() {
      var reader = new MessageReader(small);
      byte[] bytes = ofSize(SMALL).repeat(100).getBytes(UTF_8);
      feed(reader, bytes, 0, bytes.length);
      assertThat(drain(reader)).hasSize(100);
    }

    @Test
    void nestingIsCountedFromTheMessageItself() {
      assertThat(read(small, "[\"do\",{},[[[[1]]]]]".getBytes(UTF_8))).isNotNull();
      assertThat(refused(small, "[\"do\",{},[[[[[1]]]]]]".getBytes(UTF_8)))
          .hasMessage("nesting is over the limit of 5 levels at byte 0: [\"do\",{},[[[[[1]]]]]]");
      assertThat(refused(small, "[\"do\",{\"a\":{\"a\":{\"a\":{\"a\":{".getBytes(UTF_8)))
          .hasMessageContaining("nesting is over the limit of 5 levels");
    }

    @Test
    void keysAreCountedPerObject() {
      assertThat(read(small, "[\"do\",{},{\"a\":1,\"b\":2,\"c\":3},{\"d\":4}]".getBytes(UTF_8)))
          .isNotNull();
      assertThat(refused(small, "[\"do\",{},{\"a\":1,\"b\":2,\"c\":3,\"d\":4}]".getBytes(UTF_8)))
          .hasMessageStartingWith("an object has more keys than the limit of 3 at byte 0: ");
    }

    @Test
    void valuesAreCountedPerMessage() {
      var few = new Limits(1000, 5, 3, 4);
      String taken = "[\"do\",{},[[],[],1]]";
      var reader = new MessageReader(few);
      feed(reader, (taken + taken).getBytes(UTF_8), 0, 2 * taken.length());
      assertThat(drain(reader)).hasSize(2);
      assertThat(refused(few, "[\"do\",{},[[],[],1,null]]".getBytes(UTF_8)))
          .hasMessageStartingWith("a message has more values than the limit of 4 at byte 0: ");
    }

    @Test
    void theDefaultsTakeAHundredThousandKeysAnd512Levels() {
      var keys = new StringBuilder("[\"do\",{},{\"k0\":0");
      for (int i = 1; i < 100_000; i++) {
        keys.append(",\"k").append(i).append("\":0");
      }
      assertThat(read(keys + "}]")).isNotNull();
      assertThat(refused(keys + ",\"one more\":0}]"))
          .hasMessageStartingWith("an object has more keys than the limit of 100000 at byte 0: ");
      assertThat(read("[\"do\",{}," + "[".repeat(511) + "]".repeat(511) + "]")).isNotNull();
      assertThat(refused("[\"do\",{}," + "[".repeat(512)))
          .hasMessageStartingWith("nesting is over the limit of 512 levels at byte 0: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "[\"do\",{},\"", "[\"do\",{},[1,", "[\"do\",{},1"})
    void whoSendsWithoutEndIsCutOffAtTheLimit(String beginning) {
      var limits = new Limits(1 << 20, 512, 1000, 1000);
      var reader = new MessageReader(limits);
      var endless = new Endless(beginning);
      assertThatThrownBy(
              () -> {
                while (reader.readFrom(endless) > 0) {
                  assertThat(reader.next()).isNull();
                }
              })
          .isInstanceOf(WireException.class)
          .hasMessageContaining("over the limit of ");
      assertThat(endless.given).as("bytes taken").isLessThan((1 << 20) + (16 << 10));
    }

    @Test
    void aNumberMayNotBeOfAnyLength() {
      WireException tooLong = refused("[\"do\",{}," + "9".repeat(10_001) + "]");
      assertThat(tooLong.getMessage())
          .startsWith("past a limit: Number value length (10001) exceeds");
      assertThat(tooLong.isOverLimit()).isTrue();
      assertThat(read("[\"do\",{}," + "9".repeat(10_000) + "]")).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"0,1,1,1", "1,0,1,1", "1,1,0,1", "1,1,1,0", "-1,1,1,1"})
    void limitsBelowOneAreRefused(int bytes, int nesting, int keys, int values) {
      assertThatThrownBy(() -> new Limits(bytes, nesting, keys, values))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "limits start at 1: messageBytes=%d nesting=%d keysPerObject=%d values=%d"
                  .formatted(bytes, nesting, keys, values));
    }

    /** A beginning, then more of the same for ever. */
    private static final class Endless implements ReadableByteChannel {
      private final byte[] beginning;
      private final byte more;
      private long given;

      Endless(String beginning) {
        this.beginning = beginning.getBytes(UTF_8);
        byte last = this.beginning[this.beginning.length - 1];
        this.more = last == '"' ? (byte) 'x' : last;
      }

      @Override
      public int read(ByteBuffer to) {
        int count = to.remaining();
        while (to.hasRemaining()) {
          to.put(given < beginning.length ? beginning[(int) given] : more);
          given++;
        }
        return count;
      }

      @Override
      public boolean isOpen() {
        return true;
      }

      @Override
      public void close() {}
    }
  }
}
