package dev.remuda.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where one of this process's output streams goes. */
enum Terminal {
  STDOUT(1),
  STDERR(2);

  /** How wide our texts are, whatever the window. */
  static final int WIDTH = 80;

  private static final String ESCAPE = "\u001b[";

  private final boolean attached;

  Terminal(int descriptor) {
    attached = leadsToTerminal(descriptor);
  }

  /** Whether a person looks at it, so that a line may be drawn over again. */
  boolean isAttached() {
    return attached && !"dumb".equals(System.getenv("TERM"));
  }

  /** Whether it shows colours, and its user has not said NO_COLOR (https://no-color.org). */
  boolean hasColours() {
    String refused = System.getenv("NO_COLOR");
    return isAttached() && (refused == null || refused.isEmpty());
  }

  String bold(String text) {
    return styled("1", text);
  }

  String dim(String text) {
    return styled("2", text);
  }

  String red(String text) {
    return styled("1;31", text);
  }

  String green(String text) {
    return styled("32", text);
  }

  private String styled(String code, String text) {
    return hasColours() ? ESCAPE + code + "m" + text + ESCAPE + "0m" : text;
  }

  /** The words of a text on lines that are no longer than {@code width}, where that can be. */
  static List<String> wrapped(String text, int width) {
    var lines = new ArrayList<String>();
    var line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  /** Asking the kernel's isatty would cost a fifth of a short command's time. */
  private static boolean leadsToTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }
}
