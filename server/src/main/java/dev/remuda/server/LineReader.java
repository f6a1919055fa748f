package dev.remuda.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Cuts what comes through a non-blocking pipe into lines; a longer one than the limit is split. */
final class LineReader {
  private static final int MAX_LINE_BYTES = 16 << 10;
  private static final int CHUNK_BYTES = 16 << 10;

  /** How much is read before others have their turn. */
  private static final int CHUNKS_PER_TURN = 16;

  private final int fd;
  private final Consumer<String> lines;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(128);

  LineReader(int fd, Consumer<String> lines) {
    this.fd = fd;
    this.lines = lines;
  }

  int fd() {
    return fd;
  }

  /**
   * Reads what there is, into a buffer that is only borrowed.
   *
   * @return false at the end of the pipe
   */
  boolean read(ByteBuffer buffer) throws IOException {
    for (int chunk = 0; chunk < CHUNKS_PER_TURN; chunk++) {
      buffer.clear();
      int count = Linux.read(fd, buffer);
      if (count <= 0) {
        if (count < 0) {
          endLine();
        }
        return count == 0;
      }
      buffer.flip();
      take(buffer);
    }
    return true;
  }

  static ByteBuffer buffer() {
    return ByteBuffer.allocateDirect(CHUNK_BYTES);
  }

  private void take(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      byte b = bytes.get();
      if (b == '\n') {
        pass();
      } else {
        line.write(b);
        if (line.size() == MAX_LINE_BYTES) {
          endLine();
        }
      }
    }
  }

  private void endLine() {
    if (line.size() > 0) {
      pass();
    }
  }

  private void pass() {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    lines.accept(text);
  }
}
