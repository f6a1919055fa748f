package dev.remuda.protocol;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The beginning of a wire value as an error message shows it: one short line, however large. */
final class Excerpt {
  static final int LENGTH = 80;

  private static final int SHOWN_BITS = 4 * LENGTH;

  private final StringBuilder text = new StringBuilder();

  private Excerpt() {}

  /** The kind of a wire value, and its first 80 characters. */
  static String of(@Nullable Object wire) {
    if (wire == null) {
      return "null";
    }
    Excerpt excerpt = new Excerpt();
    excerpt.append(wire);
    return kindOf(wire) + ' ' + cut(excerpt.text, LENGTH);
  }

  /** A string in quotes, without control characters, of which at most so many are shown. */
  static String quoted(String string, int length) {
    StringBuilder inside = new StringBuilder();
    for (int i = 0; i < string.length() && inside.length() <= length; i++) {
      escape(inside, string.charAt(i));
    }
    return '"' + cut(inside, length) + '"';
  }

  /** A text of somebody else's, on one line and not longer than an excerpt. */
  static String line(String string) {
    StringBuilder inside = new StringBuilder();
    for (int i = 0; i < string.length() && inside.length() <= LENGTH; i++) {
      escape(inside, string.charAt(i));
    }
    return cut(inside, LENGTH);
  }

  /** What was thrown, by whose own methods more may be thrown. */
  static String thrown(Throwable thrown) {
    try {
      return line(String.valueOf(thrown.toString()));
    } catch (RuntimeException e) {
      return line(thrown.getClass().getName());
    }
  }

  /** A type's name, which generics that nest without end could make very long. */
  static String shorten(String name) {
    return name.length() <= 3 * LENGTH ? name : name.substring(0, 3 * LENGTH) + '…';
  }

  private static String kindOf(Object wire) {
    if (wire instanceof String) {
      return "string";
    } else if (wire instanceof Number) {
      return "number";
    } else if (wire instanceof Boolean) {
      return "boolean";
    } else if (wire instanceof List) {
      return "array";
    }
    return wire instanceof Map ? "object" : wire.getClass().getName();
  }

  private void append(@Nullable Object wire) {
    if (wire instanceof String string) {
      text.append(quoted(string, LENGTH - 2));
    } else if (wire instanceof BigInteger integer) {
      appendInteger(integer);
    } else if (wire instanceof BigDecimal decimal) {
      appendDecimal(decimal);
    } else if (wire instanceof List<?> list) {
      appendList(list);
    } else if (wire instanceof Map<?, ?> map) {
      appendMap(map);
    } else {
      text.append(wire);
    }
  }

  private void appendInteger(BigInteger integer) {
    if (integer.bitLength() > SHOWN_BITS) {
      text.append("of ").append(integer.bitLength()).append(" bits");
    } else {
      text.append(integer);
    }
  }

  private void appendDecimal(BigDecimal decimal) {
    if (decimal.unscaledValue().bitLength() > SHOWN_BITS) {
      appendInteger(decimal.unscaledValue());
    } else {
      text.append(decimal);
    }
  }

  private void appendList(List<?> list) {
    String separator = "[";
    for (Object element : list) {
      if (text.length() > LENGTH) {
        return;
      }
      text.append(separator);
      append(element);
      separator = ",";
    }
    text.append(list.isEmpty() ? "[]" : "]");
  }

  private void appendMap(Map<?, ?> map) {
    String separator = "{";
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (text.length() > LENGTH) {
        return;
      }
      text.append(separator);
      append(entry.getKey());
      text.append(':');
      append(entry.getValue());
      separator = ",";
    }
    text.append(map.isEmpty() ? "{}" : "}");
  }

  private static void escape(StringBuilder to, char c) {
    if (c == '\n') {
      to.append("\\n");
    } else if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
      to.append("\\u").append(Integer.toHexString(0x10000 | c).substring(1));
    } else {
      to.append(c);
    }
  }

  private static String cut(StringBuilder text, int length) {
    if (text.length() <= length) {
      return text.toString();
    }
    int end = length - 1;
    if (Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end) + '…';
  }
}
