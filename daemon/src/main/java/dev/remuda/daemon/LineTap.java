package dev.remuda.daemon;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;

/** Writes through to a stream, and keeps its last lines. */
final class LineTap extends OutputStream {
  /** Of a line that is not complete; four bytes a character are enough for any charset in use. */
  private static final int MOST = 4 * LineRing.LENGTH;

  private final PrintStream through;
  private final Charset charset;
  private final String process;
  private final LineRing ring;

  @GuardedBy("this")
  private final byte[] line = new byte[MOST];

  @GuardedBy("this")
  private int length;

  @GuardedBy("this")
  private long lost;

  LineTap(PrintStream through, String process, LineRing ring) {
    this.through = through;
    this.process = process;
    this.ring = ring;
    charset = through.charset();
  }

  @Override
  public void write(int value) throws IOException {
    through.write(value);
    synchronized (this) {
      keep((byte) value);
    }
  }

  @Override
  public void write(byte[] data, int offset, int count) throws IOException {
    through.write(data, offset, count);
    synchronized (this) {
      for (int i = offset; i < offset + count; i++) {
        keep(data[i]);
      }
    }
  }

  @Override
  public void flush() {
    through.flush();
  }

  @GuardedBy("this")
  private void keep(byte value) {
    if (value == '\n') {
      int end = length > 0 && lost == 0 && line[length - 1] == '\r' ? length - 1 : length;
      ring.add(process, "", new String(line, 0, end, charset), lost);
      length = 0;
      lost = 0;
    } else if (length < MOST) {
      line[length++] = value;
    } else {
      lost++;
    }
  }
}
