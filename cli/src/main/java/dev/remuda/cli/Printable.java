package dev.remuda.cli;

import dev.remuda.protocol.JsonText;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Text of others as a terminal may have it: what would move the cursor, change colours or turn the
 * direction of writing is shown as its number.
 */
final class Printable {
  private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
  private static final int ZERO_WIDTH_JOINER = 0x200d;

  private Printable() {}

  /** In one line. */
  static String line(String text) {
    return escaped(text, Printable::isUnsafe);
  }

  /** In lines as they were, with their tabs. */
  static String lines(String text) {
    return escaped(text, c -> c != '\n' && c != '\t' && isUnsafe(c));
  }

  /** One line of JSON with the same meaning. */
  static String json(@Nullable Object value) {
    return escaped(JsonText.write(value), Printable::isUnsafe);
  }

  private static String escaped(String text, IntPredicate unsafe) {
    if (text.codePoints().noneMatch(unsafe)) {
      return text;
    }
    var safe = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(c -> {
          if (unsafe.test(c)) {
            for (char unit : Character.toChars(c)) {
              safe.append("\\u%04x".formatted((int) unit));
            }
          } else {
            safe.appendCodePoint(c);
          }
        });
    return safe.toString();
  }

  private static boolean isUnsafe(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      case Character.FORMAT -> c != ZERO_WIDTH_JOINER && c != ZERO_WIDTH_NON_JOINER;
      default -> false;
    };
  }
}
