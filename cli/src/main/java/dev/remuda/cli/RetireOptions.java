package dev.remuda.cli;

import dev.remuda.server.TaskServer;
import java.time.Duration;
import picocli.CommandLine.Option;

/** When a server replaces workers although nothing is wrong with them. */
final class RetireOptions {
  @Option(
      names = "--max-checkouts",
      paramLabel = "N",
      description = "Replace a worker after so many checkouts; not for a COMMAND.")
  private int maxCheckouts;

  @Option(
      names = "--max-age",
      paramLabel = "D",
      converter = DurationText.class,
      description = "Replace it at this age, a tenth more or less.")
  private Duration maxAge = Duration.ZERO;

  @Option(
      names = "--max-idle",
      paramLabel = "D",
      converter = DurationText.class,
      description = "Ask it back when its client has not used it for so long.")
  private Duration maxIdle = Duration.ZERO;

  @Option(
      names = "--soft-memory-limit",
      paramLabel = "SIZE",
      converter = SizeText.class,
      description = "Replace it when more is resident, such as 512m or 2g.")
  private long softMemoryLimit;

  @Option(
      names = "--hard-memory-limit",
      paramLabel = "SIZE",
      converter = SizeText.class,
      description = "Kill it when more is resident, whatever it does.")
  private long hardMemoryLimit;

  void apply(TaskServer.Builder builder) {
    builder
        .maxCheckouts(maxCheckouts)
        .maxAge(maxAge)
        .maxIdle(maxIdle)
        .softMemoryLimit(softMemoryLimit)
        .hardMemoryLimit(hardMemoryLimit);
  }
}
