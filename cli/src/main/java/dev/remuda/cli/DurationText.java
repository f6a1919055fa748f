package dev.remuda.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations as users write them: {@code 500ms}, {@code 2s}, {@code 5m}, {@code 1h}. */
final class DurationText implements ITypeConverter<Duration> {
  /** How no limit is written; it is read as zero. */
  static final String NONE = "none";

  private static final Duration LONGEST = Duration.ofDays(365);
  private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

  @Override
  public Duration convert(String text) {
    return text.equals(NONE) ? Duration.ZERO : read(text);
  }

  private static Duration read(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw refused("'" + text + "' is no duration");
    }
    Duration duration = Duration.ofMillis(Long.parseLong(parts.group(1)) * millis(parts.group(2)));
    if (duration.isZero() || duration.compareTo(LONGEST) > 0) {
      throw refused("'" + text + "' is not between 1ms and 8760h");
    }
    return duration;
  }

  private static long millis(String unit) {
    return switch (unit) {
      case "ms" -> 1;
      case "s" -> 1_000;
      case "m" -> 60_000;
      default -> 3_600_000;
    };
  }

  private static TypeConversionException refused(String problem) {
    return new TypeConversionException(
        problem + ": write 500ms, 2s, 5m, 1h, or " + NONE + " for no limit");
  }

  /** As the user would write it. */
  static String of(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0) {
      return NONE;
    }
    return millis % 3_600_000 == 0
        ? millis / 3_600_000 + "h"
        : millis % 60_000 == 0
            ? millis / 60_000 + "m"
            : millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
  }

  /** As somebody reads it who wants to know how long, not how long exactly. */
  static String rounded(long millis) {
    long seconds = millis / 1_000;
    long minutes = seconds / 60;
    long hours = minutes / 60;
    if (seconds == 0) {
      return millis + "ms";
    } else if (minutes == 0) {
      return seconds + "s";
    } else if (hours == 0) {
      return minutes + "m" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + "s");
    } else if (hours < 24) {
      return hours + "h" + (minutes % 60 == 0 ? "" : " " + minutes % 60 + "m");
    }
    return hours / 24 + "d" + (hours % 24 == 0 ? "" : " " + hours % 24 + "h");
  }
}
