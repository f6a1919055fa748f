package dev.remuda.worker;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;

/** What a worker says on stderr before it ends; nothing that user code holds can delay the end. */
final class LastWords {
  private static final long PATIENCE_MILLIS = 1_000;

  private LastWords() {}

  /** Blocks a second at the most: nobody may be reading our stderr. */
  static void say(String text) {
    // Not System.err: user code may hold its lock.
    within(() -> {
      try (var err = new FileOutputStream(FileDescriptor.err)) {
        err.write(text.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // Nobody is there to be told.
      }
    });
  }

  /** A line and the whole trace of what was thrown, whose own methods may throw. */
  static String trace(String line, Throwable thrown) {
    var text = new StringWriter();
    text.append(line).append('\n');
    try {
      thrown.printStackTrace(new PrintWriter(text, true));
    } catch (RuntimeException e) {
      text.append(Failures.text(thrown)).append('\n');
    }
    return text.toString();
  }

  /** Writes out what user code has printed, in a second at the most. */
  static void flush() {
    within(() -> {
      System.out.flush();
      System.err.flush();
    });
  }

  private static void within(Runnable work) {
    try {
      Thread.ofPlatform().name("remuda-last-words").daemon().start(work).join(PATIENCE_MILLIS);
    } catch (InterruptedException e) {
      // Ends all the sooner.
    }
  }
}
