package dev.remuda.cli;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How long somebody may take to finish; {@code 0s} for no time at all. */
final class GraceText implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String text) {
    if (text.equals("0s")) {
      return Duration.ZERO;
    }
    if (text.equals(DurationText.NONE)) {
      throw new TypeConversionException(
          "'none' is no grace: write 0s for none at all, or how long, such as 30s");
    }
    return new DurationText().convert(text);
  }
}
