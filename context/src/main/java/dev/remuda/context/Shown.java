package dev.remuda.context;

/** Names and texts of others, made fit to be shown. */
final class Shown {
  private static final int MAX_NAME = 200;

  private Shown() {}

  /** On one line, without control characters, and not longer than a name should be. */
  static String line(String text) {
    return escaped(text, MAX_NAME);
  }

  /** On one line, without control characters. */
  static String escaped(String text, int longest) {
    var shown = new StringBuilder(Math.min(text.length(), longest) + 8);
    int i = 0;
    while (i < text.length() && shown.length() < longest) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (isPlain(c)) {
        shown.appendCodePoint(c);
      } else if (c == '\n') {
        shown.append("\\n");
      } else {
        shown.append(String.format("\\u%04x", c));
      }
    }
    return i < text.length() ? shown.append('…').toString() : shown.toString();
  }

  /** Nothing that moves a cursor, turns the direction of writing, or is half a character. */
  private static boolean isPlain(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> c <= 0xFFFD || c > 0xFFFF;
    };
  }
}
