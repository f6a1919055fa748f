package dev.remuda.status;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;

/** How figures and foreign texts are written for people. */
final class Texts {
  private static final Pattern ISO_DURATION =
      Pattern.compile("\\bPT(?=\\d)(?:\\d+H)?(?:\\d+M)?(?:\\d+(?:\\.\\d{1,9})?S)?\\b");
  private static final int MILLI = 1_000_000;
  private static final long TEN = 10;
  private static final long HOUR = 3_600;
  private static final long DAY = 24 * HOUR;

  private Texts() {}

  /** Such as {@code 0.4 ms}, {@code 12 ms}, {@code 1.5 s}, {@code 3 min}, {@code 2 d 4 h}. */
  static String duration(Duration time) {
    double millis = (double) time.toNanos() / MILLI;
    if (millis <= 0) {
      return "0";
    }
    if (millis < TEN) {
      return String.format(Locale.ROOT, "%.1f ms", millis);
    }
    if (millis < 1_000) {
      return Math.round(millis) + " ms";
    }
    long seconds = time.toSeconds();
    if (seconds < TEN) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1_000);
    }
    return longer(seconds);
  }

  /** How long ago something was, in whole seconds. */
  static String ago(Duration time) {
    return time.toSeconds() < 1 ? "just now" : longer(time.toSeconds()) + " ago";
  }

  /** A text of ours with its durations and addresses as people write them. */
  static String readable(String text) {
    return ISO_DURATION
        .matcher(text.replace("[0:0:0:0:0:0:0:1]", "[::1]"))
        .replaceAll(iso -> duration(Duration.parse(iso.group())));
  }

  private static String longer(long seconds) {
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < HOUR) {
      return two(seconds / 60, "min", seconds % 60, "s", seconds < 10 * 60);
    }
    if (seconds < DAY) {
      return two(seconds / HOUR, "h", seconds % HOUR / 60, "min", true);
    }
    return two(seconds / DAY, "d", seconds % DAY / HOUR, "h", true);
  }

  private static String two(long first, String unit, long rest, String restUnit, boolean both) {
    return first + " " + unit + (both && rest > 0 ? " " + rest + " " + restUnit : "");
  }

  /** Such as {@code 38 MiB}. */
  static String bytes(long bytes) {
    if (bytes < 1 << 10) {
      return bytes + " B";
    }
    if (bytes < 1 << 20) {
      return (bytes >> 10) + " KiB";
    }
    return bytes < 1L << 30
        ? (bytes >> 20) + " MiB"
        : String.format(Locale.ROOT, "%.1f GiB", (double) bytes / (1L << 30));
  }

  /** Such as {@code 12,345}. */
  static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** Such as {@code 7 %}. */
  static String share(double share) {
    return share > 0 && share < 0.01 ? "<1 %" : Math.round(share * 100) + " %";
  }

  /** As many as there are, in words: {@code 1 message}, {@code 7 messages}. */
  static String many(long count, String what) {
    return count(count) + " " + what + (count == 1 ? "" : "s");
  }

  /** The beginning of a text that is too long; never half a character. */
  static String cut(String text, int characters) {
    if (text.length() <= characters) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(characters - 1)) ? characters - 1 : characters;
    return text.substring(0, end) + "…";
  }

  /**
   * A text without terminal codes and other control characters; tabs are blanks, half characters
   * are replaced.
   *
   * @param keepLines whether the ends of lines stay
   */
  static String plain(String text, boolean keepLines) {
    int length = text.length();
    var plain = new StringBuilder(length);
    int i = 0;
    while (i < length) {
      char c = text.charAt(i);
      if (c == '\u001b' || c == '\u009b') {
        i = afterEscape(text, i);
        continue;
      }
      if (c == '\n' && keepLines) {
        plain.append(c);
      } else if (c == '\t') {
        plain.append("  ");
      } else if (Character.isHighSurrogate(c)
          && i + 1 < length
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        plain.append(c).append(text.charAt(++i));
      } else if (Character.isSurrogate(c)) {
        plain.append('\ufffd');
      } else if (isShown(c)) {
        plain.append(c);
      }
      i++;
    }
    return plain.toString();
  }

  /** Not control characters, nor those that turn the direction of what is beside them. */
  private static boolean isShown(char c) {
    boolean turns =
        (c >= '\u202a' && c <= '\u202e')
            || (c >= '\u2066' && c <= '\u2069')
            || c == '\u200e'
            || c == '\u200f'
            || c == '\u061c';
    return !Character.isISOControl(c) && !turns;
  }

  /**
   * CSI sequences end with a letter or the like, OSC strings with BEL or ESC \, others after one
   * character, blanks and punctuation before it. None goes on after the end of the line: what
   * follows may be the reason of a death.
   */
  private static int afterEscape(String text, int at) {
    int i = at + 1;
    char kind = text.charAt(at) == '\u009b' ? '[' : i < text.length() ? text.charAt(i++) : 0;
    if (kind == '[') {
      while (i < text.length() && text.charAt(i) >= ' ' && text.charAt(i) < '@') {
        i++;
      }
      return i < text.length() && text.charAt(i) >= '@' && text.charAt(i) <= '~' ? i + 1 : i;
    }
    if (kind == ']' || kind == 'P' || kind == '^' || kind == '_') {
      while (i < text.length() && "\u0007\u001b\n".indexOf(text.charAt(i)) < 0) {
        i++;
      }
      if (i < text.length() && text.charAt(i) != '\u0007' && !text.startsWith("\u001b\\", i)) {
        return i;
      }
      boolean st = text.startsWith("\u001b\\", i);
      return Math.min(text.length(), st ? i + 2 : i + 1);
    }
    if (kind >= ' ' && kind <= '/') {
      while (i < text.length() && text.charAt(i) >= ' ' && text.charAt(i) <= '/') {
        i++;
      }
      return i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '~' ? i + 1 : i;
    }
    return kind < ' ' ? at + 1 : i;
  }
}
