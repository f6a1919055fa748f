package dev.remuda.benchmarks;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Keeps what Remuda says at each start out of the output; warnings stay. */
final class Quiet {
  /** Held here, for loggers that nobody holds are forgotten with their level. */
  private static final Logger LOGGER = Logger.getLogger("dev.remuda");

  private Quiet() {}

  /** What {@link #end} takes. */
  static @Nullable Level begin() {
    Level before = LOGGER.getLevel();
    LOGGER.setLevel(Level.WARNING);
    return before;
  }

  static void end(@Nullable Level before) {
    LOGGER.setLevel(before);
  }
}
