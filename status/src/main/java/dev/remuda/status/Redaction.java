package dev.remuda.status;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Takes secrets out of settings before anybody sees them. */
final class Redaction {
  private static final String HIDDEN = "•••";
  private static final String WORDS =
      "pass(?:word|wd|phrase)?|secret|token|credential|api[-_.]?key|private[-_.]?key|auth";
  private static final Pattern SECRET_NAME = Pattern.compile("(?i)(?:" + WORDS + ")");
  private static final Pattern ASSIGNMENT =
      Pattern.compile("(?i)([\\w.-]*(?:" + WORDS + ")[\\w.-]*\\s*[=:]\\s*)(\"[^\"]*\"|[^\\s,;&]+)");
  private static final Pattern USER_INFO = Pattern.compile("(//[^/\\s:@]*:)[^/\\s@]+@");

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
    String assigned = ASSIGNMENT.matcher(value).replaceAll("$1" + HIDDEN);
    return USER_INFO.matcher(assigned).replaceAll("$1" + HIDDEN + "@");
  }
}
