package dev.remuda.context;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values as a log keeps them: of JSON's kinds, copied, and bounded. What is of no such kind is kept
 * as its text, and where even that cannot be had as a word of why.
 */
final class Plain {
  /** Characters of one text; what is longer is cut. */
  static final int MAX_TEXT = 8 << 10;

  private static final int MAX_NAME = 200;
  private static final int MAX_DEPTH = 8;
  private static final int MAX_ELEMENTS = 1_000;
  private static final int MAX_DIGITS = 1_000;

  /** Characters of all texts in one value. */
  private static final int MAX_CHARACTERS = 64 << 10;

  /** Elements of all lists and maps together. */
  private int elements;

  private int characters;

  private Plain() {}

  static @Nullable Object of(@Nullable Object value) {
    return value instanceof String text ? text(text) : new Plain().plain(value, 0);
  }

  /**
   * What one line has to say.
   *
   * @param arguments what belongs to the message; null for one null, as {@code f("…", null)} means
   */
  static List<@Nullable Object> line(String message, @Nullable Object @Nullable [] arguments) {
    var line = new ArrayList<@Nullable Object>();
    line.add(text(message));
    add(arguments == null ? Collections.singletonList(null) : Arrays.asList(arguments), line);
    return line;
  }

  /** What a line that came from elsewhere has to say. */
  static List<@Nullable Object> line(List<?> wire) {
    var line = new ArrayList<@Nullable Object>();
    boolean hasMessage = !wire.isEmpty() && wire.getFirst() instanceof String;
    if (hasMessage) {
      line.add(text((String) wire.getFirst()));
    }
    add(hasMessage ? wire.subList(1, wire.size()) : wire, line);
    return line;
  }

  private static void add(List<? extends @Nullable Object> arguments, List<@Nullable Object> to) {
    var plain = new Plain();
    for (Object argument : arguments) {
      if (plain.isFull()) {
        to.add("… more than a line holds");
        break;
      }
      to.add(plain.plain(argument, 0));
    }
  }

  private boolean isFull() {
    return ++elements > MAX_ELEMENTS || characters > MAX_CHARACTERS;
  }

  private String counted(String text) {
    characters += text.length();
    return text;
  }

  /** As {@link #text}, of what should be short. */
  static String name(String name) {
    return text(name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME) + '…');
  }

  /** A text that can be written: cut where it is too long, without unpaired surrogates. */
  static String text(String text) {
    String cut = text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + '…';
    for (int i = 0; i < cut.length(); i++) {
      if (Character.isSurrogate(cut.charAt(i))) {
        return new String(cut.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
      }
    }
    return cut;
  }

  private @Nullable Object plain(@Nullable Object value, int depth) {
    return switch (value) {
      case null -> null;
      case String text -> counted(text(text));
      case Boolean flag -> flag;
      case Number number -> number(number);
      case Throwable thrown -> counted(trace(thrown));
      case Map<?, ?> map when depth < MAX_DEPTH -> map(map, depth + 1);
      case Collection<?> list when depth < MAX_DEPTH -> list(list, depth + 1);
      case Object[] array when depth < MAX_DEPTH -> list(Arrays.asList(array), depth + 1);
      case Collection<?> _, Map<?, ?> _, Object[] _ -> "… (nested too deep)";
      default -> counted(described(value));
    };
  }

  private static Object number(Number number) {
    return switch (number) {
      case Long whole -> whole;
      case Integer whole -> whole.longValue();
      case Short whole -> whole.longValue();
      case Byte whole -> whole.longValue();
      case Double real -> Double.isFinite(real) ? real : real.toString();
      case Float real -> Float.isFinite(real) ? new BigDecimal(real.toString()) : real.toString();
      case BigInteger whole when whole.bitLength() < 3 * MAX_DIGITS -> whole;
      case BigDecimal real
          when real.precision() <= MAX_DIGITS && Math.abs(real.scale()) <= MAX_DIGITS ->
          real;
      default -> described(number);
    };
  }

  private Object map(Map<?, ?> map, int depth) {
    var copy = new LinkedHashMap<String, @Nullable Object>();
    try {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        if (isFull()) {
          copy.put("…", "more than a line holds");
          break;
        }
        copy.put(counted(described(entry.getKey())), plain(entry.getValue(), depth));
      }
    } catch (RuntimeException e) {
      copy.put("…", "it cannot be read: " + e.getClass().getName());
    }
    return copy;
  }

  private Object list(Collection<?> list, int depth) {
    var copy = new ArrayList<@Nullable Object>();
    try {
      for (Object element : list) {
        if (isFull()) {
          copy.add("… more than a line holds");
          break;
        }
        copy.add(plain(element, depth));
      }
    } catch (RuntimeException e) {
      copy.add("… it cannot be read: " + e.getClass().getName());
    }
    return copy;
  }

  private static String trace(Throwable thrown) {
    var text = new StringWriter();
    try {
      thrown.printStackTrace(new PrintWriter(text, true));
    } catch (RuntimeException | StackOverflowError e) {
      text.append(thrown.getClass().getName());
    }
    return text(text.toString().stripTrailing());
  }

  private static String described(@Nullable Object value) {
    if (value == null) {
      return "null";
    }
    try {
      return text(String.valueOf(value.toString()));
    } catch (RuntimeException | StackOverflowError e) {
      return value.getClass().getName() + " (its toString() threw " + e.getClass().getName() + ")";
    }
  }

  /** About how many characters it takes. */
  static long size(@Nullable Object plain) {
    return switch (plain) {
      case String text -> text.length() + 2L;
      case List<?> list -> {
        long size = 2;
        for (Object each : list) {
          size += size(each);
        }
        yield size;
      }
      case Map<?, ?> map -> {
        long size = 2;
        for (Map.Entry<?, ?> each : map.entrySet()) {
          size += size(each.getKey()) + size(each.getValue());
        }
        yield size;
      }
      case null, default -> 8;
    };
  }
}
