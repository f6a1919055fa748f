package dev.remuda.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Takes the bytes of one connection as they come, in whatever pieces, and gives its messages. Owned
 * by one thread at a time. Never holds more than one message of {@link Limits#messageBytes()} and
 * what came in the same read behind it.
 */
public final class MessageReader {
  private static final int INITIAL_BYTES = 8 << 10;
  private static final int KEPT_BYTES = 1 << 20;

  private final Limits limits;
  private final MessageParser parser;

  private byte[] buffer = new byte[INITIAL_BYTES];
  private ByteBuffer view = ByteBuffer.wrap(buffer);
  private int start;
  private int scanned;
  private int end;
  private long startOffset;
  private int lastSize;

  private int depth;
  private boolean inString;
  private boolean escaped;
  private boolean sawEscape;
  private boolean sawNonAscii;

  /** A reader that refuses what is past {@code limits}. */
  public MessageReader(Limits limits) {
    this.limits = limits;
    this.parser = new MessageParser(limits);
  }

  /**
   * Reads once from the channel, blocking if it does.
   *
   * @return the bytes read, or -1 at its end
   */
  public int readFrom(ReadableByteChannel channel) throws IOException {
    makeRoom(1);
    view.limit(buffer.length).position(end);
    int read = channel.read(view);
    if (read > 0) {
      end += read;
    }
    return read;
  }

  /** Takes all that remains in {@code bytes}. */
  public void feed(ByteBuffer bytes) {
    int count = bytes.remaining();
    makeRoom(count);
    bytes.get(buffer, end, count);
    end += count;
  }

  /** True when no byte of an unfinished message waits here. */
  public boolean isEmpty() {
    return start == end;
  }

  /** Bytes of the message that {@link #next()} gave last. */
  public int lastSize() {
    return lastSize;
  }

  /**
   * The next complete message, or null when more bytes are needed.
   *
   * @throws WireException when what came is no message or past a limit; the reader is then useless
   */
  public @Nullable Message next() {
    if (!scan()) {
      if (end - start > limits.messageBytes()) {
        throw tooLarge(end - start);
      }
      return null;
    }
    lastSize = scanned - start;
    if (lastSize > limits.messageBytes()) {
      throw tooLarge(lastSize);
    }
    if (sawNonAscii && !Utf8.isValid(buffer, start, scanned)) {
      throw error("not UTF-8");
    }
    Message message = parser.parse(buffer, start, lastSize, startOffset, sawEscape);
    startOffset += lastSize;
    start = scanned;
    sawEscape = false;
    sawNonAscii = false;
    if (start == end) {
      start = 0;
      scanned = 0;
      end = 0;
    }
    return message;
  }

  /** Moves on to the end of the first complete text; brackets are only counted here. */
  private boolean scan() {
    if (depth == 0 && !skipToStart()) {
      return false;
    }
    byte[] bytes = buffer;
    int at = scanned;
    int last = end;
    while (at < last) {
      if (inString) {
        at = scanString(bytes, at, last);
        continue;
      }
      byte b = bytes[at++];
      if (b == '"') {
        inString = true;
      } else if (b == '[' || b == '{') {
        if (++depth > limits.nesting()) {
          throw pastLimit("nesting is over the limit of " + limits.nesting() + " levels");
        }
      } else if ((b == ']' || b == '}') && --depth == 0) {
        scanned = at;
        return true;
      }
    }
    scanned = at;
    return false;
  }

  private int scanString(byte[] bytes, int from, int last) {
    int at = from;
    if (escaped) {
      escaped = false;
      at++;
    }
    while (at < last) {
      byte b = bytes[at++];
      if (b == '"') {
        inString = false;
        return at;
      }
      if (b == '\\') {
        sawEscape = true;
        if (at == last) {
          escaped = true;
          return at;
        }
        at++;
      } else if (b < 0) {
        sawNonAscii = true;
      }
    }
    return at;
  }

  private boolean skipToStart() {
    while (scanned < end) {
      byte b = buffer[scanned];
      if (b == '[') {
        return true;
      }
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        throw error("no message begins");
      }
      scanned++;
      start = scanned;
      startOffset++;
    }
    return false;
  }

  private void makeRoom(int count) {
    if (start > 0 && (start == end || buffer.length - end < count)) {
      System.arraycopy(buffer, start, buffer, 0, end - start);
      scanned -= start;
      end -= start;
      start = 0;
    }
    if (end == 0 && buffer.length > KEPT_BYTES && count <= KEPT_BYTES) {
      replace(new byte[INITIAL_BYTES]);
    }
    if (buffer.length - end < count) {
      replace(Arrays.copyOf(buffer, Math.max(end + count, grown(buffer.length))));
    }
  }

  /** Doubles, but to little more than a whole message needs. */
  private int grown(int length) {
    long most = (long) limits.messageBytes() + INITIAL_BYTES;
    return (int) Math.max(length + 1L, Math.min(2L * length, most));
  }

  private void replace(byte[] bytes) {
    buffer = bytes;
    view = ByteBuffer.wrap(bytes);
  }

  private WireException tooLarge(int size) {
    return pastLimit(
        "message of "
            + size
            + " bytes or more is over the limit of "
            + limits.messageBytes()
            + " bytes");
  }

  private WireException pastLimit(String what) {
    return new WireException(what, startOffset, WireException.shown(buffer, start, end), true);
  }

  private WireException error(String what) {
    return new WireException(what, startOffset, WireException.shown(buffer, start, end));
  }
}
