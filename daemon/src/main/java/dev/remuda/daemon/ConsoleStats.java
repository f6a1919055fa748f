package dev.remuda.daemon;

import java.util.List;

/**
 * The last lines that were written, oldest first.
 *
 * @param out to stdout
 * @param err to stderr
 * @param log to the log of {@code java.util.logging}; what other logs print is in the other two
 */
public record ConsoleStats(List<ConsoleLine> out, List<ConsoleLine> err, List<ConsoleLine> log) {
  /** Copies the lists. */
  public ConsoleStats {
    out = List.copyOf(out);
    err = List.copyOf(err);
    log = List.copyOf(log);
  }
}
