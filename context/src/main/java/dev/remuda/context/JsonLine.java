package dev.remuda.context;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Plain values as one line of JSON. */
final class JsonLine {
  private final StringBuilder out = new StringBuilder();

  private JsonLine() {}

  static String of(@Nullable Object plain) {
    var line = new JsonLine();
    line.write(plain);
    return line.out.toString();
  }

  private void write(@Nullable Object plain) {
    switch (plain) {
      case String text -> quote(text);
      case Map<?, ?> map -> write(map);
      case List<?> list -> write(list);
      case BigDecimal number when number.scale() >= 0 && number.scale() < 40 ->
          out.append(number.toPlainString());
      case null, default -> out.append(plain);
    }
  }

  private void write(Map<?, ?> map) {
    char separator = '{';
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.append(separator);
      quote(String.valueOf(entry.getKey()));
      out.append(':');
      write(entry.getValue());
      separator = ',';
    }
    out.append(map.isEmpty() ? "{}" : "}");
  }

  private void write(List<?> list) {
    char separator = '[';
    for (Object element : list) {
      out.append(separator);
      write(element);
      separator = ',';
    }
    out.append(list.isEmpty() ? "[]" : "]");
  }

  private void quote(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ' || (c >= 0x7F && c <= 0x9F) || c == '\u2028' || c == '\u2029') {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
