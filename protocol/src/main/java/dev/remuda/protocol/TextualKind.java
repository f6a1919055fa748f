package dev.remuda.protocol;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Platform classes that travel as the string of their toString: java.time, UUID, Path, URI. */
record TextualKind(String type) implements Kind {
  private static final int LONGEST_TIME = 200;
  private static final int UUID_LENGTH = 36;

  /** Whether values of the declared type of this name are read from strings. */
  static boolean reads(String type) {
    return switch (type) {
      case "java.time.Instant",
          "java.time.Duration",
          "java.time.LocalDate",
          "java.time.LocalTime",
          "java.time.LocalDateTime",
          "java.time.OffsetDateTime",
          "java.time.OffsetTime",
          "java.time.ZonedDateTime",
          "java.time.Year",
          "java.time.YearMonth",
          "java.time.MonthDay",
          "java.time.Period",
          "java.time.ZoneId",
          "java.time.ZoneOffset",
          "java.util.UUID",
          "java.net.URI",
          "java.nio.file.Path" ->
          true;
      default -> false;
    };
  }

  /** Whether a value is written as its toString. */
  static boolean writes(Object value) {
    return value instanceof Path || value instanceof ZoneId || reads(value.getClass().getName());
  }

  /** What is written for a value that {@link #writes} takes. */
  static String text(Object value) {
    String text = value.toString();
    // Without its plus sign no parser takes it.
    boolean unsigned = value instanceof YearMonth month && month.getYear() > 9_999;
    return unsigned ? '+' + text : text;
  }

  @Override
  public @Nullable Object read(@Nullable Object wire, Trail trail) {
    if (wire == null) {
      return null;
    }
    String text = wire instanceof Long number && isYear() ? number.toString() : null;
    if (wire instanceof String string) {
      text = string;
    }
    if (text == null || isTooLong(text)) {
      throw ConversionException.mismatch(trail, expected(), wire);
    }
    try {
      return parse(text);
    } catch (DateTimeException | IllegalArgumentException | URISyntaxException malformed) {
      throw ConversionException.mismatch(trail, expected(), wire, malformed);
    }
  }

  private boolean isYear() {
    return type.equals("java.time.Year");
  }

  private boolean isTooLong(String text) {
    return type.startsWith("java.time.") && text.length() > LONGEST_TIME;
  }

  private String expected() {
    return "string of a " + type.substring(type.lastIndexOf('.') + 1);
  }

  private Object parse(String text) throws URISyntaxException {
    return switch (type) {
      case "java.util.UUID" -> uuid(text);
      case "java.net.URI" -> new URI(text);
      case "java.nio.file.Path" -> path(text);
      default -> time(text);
    };
  }

  private Object time(String text) {
    return switch (type) {
      case "java.time.Instant" -> Instant.parse(text);
      case "java.time.Duration" -> Duration.parse(text);
      case "java.time.LocalDate" -> LocalDate.parse(text);
      case "java.time.LocalTime" -> LocalTime.parse(text);
      case "java.time.LocalDateTime" -> LocalDateTime.parse(text);
      case "java.time.OffsetDateTime" -> OffsetDateTime.parse(text);
      case "java.time.OffsetTime" -> OffsetTime.parse(text);
      case "java.time.ZonedDateTime" -> ZonedDateTime.parse(text);
      // Year.parse wants four digits, which its toString does not write for the year 79.
      case "java.time.Year" -> Year.of(Integer.parseInt(text));
      case "java.time.YearMonth" -> YearMonth.parse(text);
      case "java.time.MonthDay" -> MonthDay.parse(text);
      case "java.time.Period" -> Period.parse(text);
      case "java.time.ZoneId" -> ZoneId.of(text);
      case "java.time.ZoneOffset" -> ZoneOffset.of(text);
      default -> throw new IllegalStateException(type);
    };
  }

  private static UUID uuid(String text) {
    if (!isUuid(text)) {
      throw new IllegalArgumentException("a UUID is 8-4-4-4-12 hexadecimal digits");
    }
    return UUID.fromString(text);
  }

  /** Stricter than the platform, which takes signs, and groups of any length. */
  private static boolean isUuid(String text) {
    if (text.length() != UUID_LENGTH) {
      return false;
    }
    for (int i = 0; i < UUID_LENGTH; i++) {
      boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
      if (dash ? text.charAt(i) != '-' : !HexFormat.isHexDigit(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException malformed) {
      throw new IllegalArgumentException(malformed.getReason(), malformed.getCause());
    }
  }
}
