package dev.remuda.protocol;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Any text as a value, made into one of many types: it is taken or refused by one kind of
 * exception, and what was taken travels on unchanged. The first byte chooses the type.
 */
public final class ValueFuzz {
  /** A type that holds others, and itself. */
  public record Order(String id, List<Line> lines, Optional<String> note, @Nullable Order next) {}

  /** A type that refuses some values. */
  public record Line(int count, double price, Size size, Map<String, Integer> extras) {
    /** Refuses a count below zero. */
    public Line {
      if (count < 0) {
        throw new IllegalArgumentException("count < 0");
      }
    }
  }

  /** A choice. */
  public enum Size {
    SMALL,
    LARGE
  }

  private static final List<WireType> TYPES =
      List.<Class<?>>of(
              Order.class,
              Line.class,
              Size.class,
              int.class,
              long.class,
              double.class,
              float.class,
              short.class,
              byte.class,
              char.class,
              boolean.class,
              byte[].class,
              int[].class,
              String[].class,
              BigInteger.class,
              BigDecimal.class,
              Instant.class,
              Duration.class,
              LocalDate.class,
              ZoneId.class,
              UUID.class,
              URI.class,
              Path.class,
              String.class,
              Object.class,
              Map.class,
              Set.class,
              List.class,
              Optional.class,
              Order[].class)
          .stream()
          .map(WireType::of)
          .toList();

  private ValueFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    String text = new String(input, 1, input.length - 1, StandardCharsets.UTF_8);
    Object wire;
    try {
      wire = JsonText.read(text);
    } catch (IllegalArgumentException noJson) {
      return;
    }
    Object again = JsonText.read(JsonText.write(wire));
    if (!WireValues.same(wire, again)) {
      throw new IllegalStateException("written " + wire + ", read " + again);
    }
    convert(TYPES.get((input[0] & 0xff) % TYPES.size()), wire);
  }

  private static void convert(WireType type, @Nullable Object wire) {
    Object value;
    try {
      value = type.read(wire);
    } catch (ConversionException refused) {
      if (refused.getMessage().length() > 1_500 || refused.getMessage().contains("\n")) {
        throw new IllegalStateException("not one short line: " + refused.getMessage(), refused);
      }
      return;
    }
    Object written = JsonText.read(JsonText.write(value));
    Object again = JsonText.read(JsonText.write(type.read(written)));
    if (!WireValues.same(written, again)) {
      throw new IllegalStateException(type + " became " + written + " and then " + again);
    }
  }
}
