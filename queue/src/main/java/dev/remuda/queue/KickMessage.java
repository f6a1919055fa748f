package dev.remuda.queue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;

/**
 * A kick on the wire, 21 bytes: magic "RmK1", kind, the queue's number, and the type's hash or a
 * number to be recognised. It says that there may be something, and nothing else.
 *
 * @param value for a kick the type's hash, {@link #EVERY_TYPE} for all; for a test a number
 */
record KickMessage(Kind kind, long queue, long value) {
  static final long EVERY_TYPE = 0;
  static final int SIZE = 21;
  private static final int MAGIC = 'R' << 24 | 'm' << 16 | 'K' << 8 | '1';

  /** What it is sent for. */
  enum Kind {
    KICK(0),
    TEST(1);

    private final int code;

    Kind(int code) {
      this.code = code;
    }
  }

  static long hash(String type) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(type.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).getLong() | 1;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  ByteBuffer encode() {
    return ByteBuffer.allocate(SIZE)
        .putInt(MAGIC)
        .put((byte) kind.code)
        .putLong(queue)
        .putLong(value)
        .flip();
  }

  /** The datagram; empty where it is none of ours. */
  static Optional<KickMessage> decode(ByteBuffer datagram) {
    if (datagram.remaining() != SIZE || datagram.getInt() != MAGIC) {
      return Optional.empty();
    }
    int code = datagram.get();
    return Arrays.stream(Kind.values())
        .filter(kind -> kind.code == code)
        .findAny()
        .map(kind -> new KickMessage(kind, datagram.getLong(), datagram.getLong()));
  }

  /** As text, for databases that pass on text. */
  String text() {
    return kind + " " + Long.toHexString(queue) + " " + Long.toHexString(value);
  }

  /** The text; empty where it is none of ours. */
  static Optional<KickMessage> parse(String text) {
    String[] parts = text.split(" ", 4);
    if (parts.length != 3) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new KickMessage(
              Kind.valueOf(parts[0]),
              Long.parseUnsignedLong(parts[1], 16),
              Long.parseUnsignedLong(parts[2], 16)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
