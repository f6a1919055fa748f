package dev.remuda.queue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What may be stored as text in every database, and how much of it. */
final class Texts {
  private static final int SHOWN = 60;

  private Texts() {}

  static void key(String name, @Nullable String key, List<String> problems) {
    if (key != null) {
      shortText(name, key, EnqueueOptions.MAX_KEY, problems);
    }
  }

  static void type(String type, List<String> problems) {
    shortText("type", type, MessageQueue.MAX_TYPE, problems);
  }

  private static void shortText(String name, String text, int longest, List<String> problems) {
    if (text.isEmpty() || text.length() > longest) {
      problems.add(
          name + " has from 1 to " + longest + " characters, not " + text.length() + shown(text));
    } else if (text.chars().anyMatch(Character::isISOControl) || !storable(text)) {
      problems.add(name + " has control characters or unpaired surrogates" + shown(text));
    }
  }

  /** Refuses data that some database would refuse or change, and data beyond the limit. */
  static void data(String data, int maxBytes, List<String> problems) {
    int bytes = data.length() > maxBytes ? data.length() : utf8Length(data);
    if (bytes > maxBytes) {
      problems.add("data has at most " + maxBytes + " bytes in UTF-8, not " + bytes + " or more");
    } else if (!storable(data)) {
      problems.add("data has NUL characters or unpaired surrogates, which are not stored as text");
    }
  }

  private static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static boolean storable(String text) {
    if (text.indexOf('\0') >= 0) {
      return false;
    }
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  /** Cuts what is kept of an error; its beginning and its end say most. */
  static String bounded(String text, int longest) {
    String clean = text.replace("\0", "");
    if (clean.length() <= longest) {
      return clean;
    }
    String gap = " … ";
    int head = (longest - gap.length()) * 3 / 4;
    int tail = longest - gap.length() - head;
    return wellFormed(clean.substring(0, head) + gap + clean.substring(clean.length() - tail));
  }

  /** The text with unpaired surrogates replaced, as a cut may leave them. */
  static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private static String shown(String text) {
    String part = text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    StringBuilder plain = new StringBuilder(": \"");
    part.chars().forEach(c -> plain.append(Character.isISOControl(c) ? '?' : (char) c));
    return plain.append('"').toString();
  }
}
