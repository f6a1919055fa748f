package dev.remuda.status;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Takes secrets out of settings before anybody sees them. */
final class Redaction {
  private static final String HIDDEN = "•••";
  private static final String WORDS =
      "pass(?:word|wd|phrase)?|pwd|secret|token|credential|(?:api|access|private)[-_.]?key|auth";
  private static final String QUOTED = "\"(?:[^\"\\\\]|\\\\.)*\"|'[^']*'|";
  private static final Pattern SECRET_NAME = Pattern.compile("(?i)(?:" + WORDS + ")");

  /** Such as {@code password=X}, {@code "password": "X"} and {@code Authorization: Bearer X}. */
  private static final Pattern ASSIGNMENT =
      Pattern.compile(
          "(?i)([\\w.-]*(?:"
              + WORDS
              + ")[\\w.-]*[\"']?\\s*[=:]\\s*)(?:"
              + QUOTED
              + "(?:(?:bearer|basic|digest|token)\\s+)?[^\\s,;&]+)");

  /** Such as {@code --password X}, of a list too. */
  private static final Pattern ARGUMENT =
      Pattern.compile(
          "(?i)(-[\\w.-]*(?:"
              + WORDS
              + ")[\\w.-]*(?:\\s+|,\\s*))(?:"
              + QUOTED
              + "[^\\s,;&-][^\\s,;&]*)");

  /** A password may have a slash or an at sign in it; a long user's name is a token. */
  private static final Pattern USER_INFO =
      Pattern.compile("(//[^/\\s:@]*:)\\S+@|(//)[^/\\s:@]{20,}@");

  private Redaction() {}

  /** The same settings in the same order, fit to be shown. */
  static Map<String, String> of(Map<String, String> settings) {
    Map<String, String> shown = new LinkedHashMap<>();
    settings.forEach((name, value) -> shown.put(name, value(name, value)));
    return shown;
  }

  private static String value(String name, String value) {
    if (SECRET_NAME.matcher(name).find() && !name.startsWith("job ")) {
      return HIDDEN;
    }
    String located = USER_INFO.matcher(value).replaceAll("$1$2" + HIDDEN + "@");
    String assigned = ASSIGNMENT.matcher(located).replaceAll("$1" + HIDDEN);
    return ARGUMENT.matcher(assigned).replaceAll("$1" + HIDDEN);
  }
}
