package dev.remuda.protocol;

import static dev.remuda.protocol.WireTexts.drain;
import static dev.remuda.protocol.WireTexts.feed;
import static dev.remuda.protocol.WireTexts.read;
import static dev.remuda.protocol.WireTexts.refused;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Protocol: limits of a message")
class MessageLimitsTest {
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
    WireException tooLong = refused("[\"do\",{}," + "9".repeat(10_021) + "]");
    assertThat(tooLong.getMessage())
        .startsWith("past a limit: Number value length (10021) exceeds");
    assertThat(tooLong.isOverLimit()).isTrue();
    assertThat(read("[\"do\",{}," + "9".repeat(10_020) + "]")).isNotNull();
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
