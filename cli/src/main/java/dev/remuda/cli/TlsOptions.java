package dev.remuda.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The files that {@code tls:} addresses go by. */
final class TlsOptions {
  @Option(
      names = "--cert",
      paramLabel = "PEM",
      description = "For tls: our certificate, and those that lead to an authority, if any.")
  private @Nullable Path certificate;

  @Option(
      names = "--key",
      paramLabel = "PEM",
      description = "For tls: the private key of that certificate, not encrypted.")
  private @Nullable Path key;

  @Option(
      names = "--ca",
      paramLabel = "PEM",
      description = "For tls: the authorities whose certificates we take.")
  private @Nullable Path authorities;

  /** Who takes the three files. */
  interface Taker {
    void tls(Path certificate, Path key, Path authorities);
  }

  /** Hands on all three, or nothing where none was given. */
  void give(Taker taker) throws CommandException {
    if (certificate != null && key != null && authorities != null) {
      taker.tls(certificate, key, authorities);
      return;
    }
    List<String> missing = new ArrayList<>();
    if (certificate == null) {
      missing.add("--cert PEM");
    }
    if (key == null) {
      missing.add("--key PEM");
    }
    if (authorities == null) {
      missing.add("--ca PEM");
    }
    if (missing.size() < 3) {
      throw new CommandException(
          ExitStatus.USAGE,
          "--cert, --key and --ca belong together; missing: " + String.join(", ", missing),
          null);
    }
  }
}
