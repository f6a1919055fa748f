package dev.remuda.server;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a JVM says of ahead-of-time caches among the lines that it prints. */
final class AotMessages {
  private static final Pattern SAID =
      Pattern.compile("(?:\\[[^\\]]*\\])*\\[(warning|error) *\\]\\[(?:aot|cds)[^\\]]*\\] *(.*)");

  /** A message's second line. */
  private static final Pattern CONTINUED = Pattern.compile("\\[ +\\] .*");

  private static final String SKIPPED = "Skipping ";

  private AotMessages() {}

  /** The message of such a line, without where and when; null for any other. */
  static @Nullable String of(String line) {
    Matcher said = SAID.matcher(line);
    if (said.matches()) {
      return said.group(2);
    }
    return CONTINUED.matcher(line).matches() ? line.substring(line.indexOf(']') + 1).strip() : null;
  }

  /** Whether a line can only be the rest of a message before it. */
  static boolean isContinuation(String line) {
    return !SAID.matcher(line).matches() && CONTINUED.matcher(line).matches();
  }

  /** Whether the JVM does without the cache because of that. */
  static boolean isError(String line) {
    Matcher said = SAID.matcher(line);
    return said.matches() && said.group(1).equals("error");
  }

  /** What went wrong: the first such message, else the last line of all. */
  static String reason(List<String> lines) {
    for (String line : lines) {
      String message = of(line);
      if (message != null && !message.startsWith(SKIPPED)) {
        return message;
      }
    }
    for (String line : lines.reversed()) {
      if (!line.isBlank()) {
        return line.strip();
      }
    }
    return "it said nothing";
  }
}
