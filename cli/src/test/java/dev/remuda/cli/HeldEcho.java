package dev.remuda.cli;

import dev.remuda.worker.WorkerHooks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Gives back what it is given. While there is a file {@code hold} in the folder of the property
 * {@code held}, its setup does not end; {@code holds} says that one has begun.
 */
public final class HeldEcho implements WorkerHooks {
  static final String HOLD = "hold";
  static final String HOLDS = "holds";

  private static final long LOOK_AGAIN_MILLIS = 5;

  @Override
  public void setup() throws Exception {
    Path folder = Path.of(System.getProperty("held"));
    if (Files.exists(folder.resolve(HOLD))) {
      Files.writeString(folder.resolve(HOLDS), "");
    }
    while (Files.exists(folder.resolve(HOLD))) {
      Thread.sleep(LOOK_AGAIN_MILLIS);
    }
  }

  public List<Object> echo(Object... arguments) {
    return Arrays.asList(arguments);
  }
}
