package dev.remuda.context;

/** Names and texts of others, made fit to be shown. */
final class Shown {
  private static final int MAX_NAME = 200;

  private Shown() {}

  /** On one line, without control characters, and not longer than a name should be. */
  static String line(String text) {
    return escaped(text, MAX_NAME);
  }

  /** On one line, without control characters; what does not fit is cut, and ends with …. */
  static String escaped(String text, int longest) {
    var shown = new StringBuilder(Math.min(text.length(), longest) + 8);
    int fits = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      append(c, shown);
      if (shown.length() > longest) {
        shown.setLength(fits);
        return shown.append('…').toString();
      }
      fits = shown.length() < longest ? shown.length() : fits;
    }
    return shown.toString();
  }

  private static void append(int c, StringBuilder to) {
    if (isPlain(c)) {
      to.appendCodePoint(c);
    } else if (c == '\n') {
      to.append("\\n");
    } else {
      to.append(String.format("\\u%04x", c));
    }
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
