package dev.remuda.daemon;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last lines of a stream, in bounded memory. */
final class LineRing {
  /** How many are kept. */
  static final int LINES = 1_000;

  /** How many characters of a line are kept. */
  static final int LENGTH = 2_000;

  @GuardedBy("this")
  private final Deque<ConsoleLine> lines = new ArrayDeque<>(LINES + 1);

  @GuardedBy("this")
  private long count;

  /** Adds a line of which {@code lost} characters are not in the text. */
  void add(String process, String level, String text, long lost) {
    long cut = lost + Math.max(0, text.length() - LENGTH);
    String kept =
        cut == 0
            ? text
            : text.substring(0, Math.min(LENGTH, text.length())) + "… (" + cut + " more)";
    synchronized (this) {
      lines.add(new ConsoleLine(++count, Instant.now(), process, level, kept));
      if (lines.size() > LINES) {
        lines.remove();
      }
    }
  }

  synchronized List<ConsoleLine> lines() {
    return List.copyOf(lines);
  }
}
