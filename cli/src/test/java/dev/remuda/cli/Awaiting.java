package dev.remuda.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Its call ends when the test says so: when there is a file. */
public final class Awaiting {
  private static final long LOOK_AGAIN_MILLIS = 5;

  public String await(Path file) throws InterruptedException {
    while (!Files.exists(file)) {
      Thread.sleep(LOOK_AGAIN_MILLIS);
    }
    return "done";
  }

  public long sleep(long millis) throws InterruptedException {
    Thread.sleep(millis);
    return millis;
  }
}
