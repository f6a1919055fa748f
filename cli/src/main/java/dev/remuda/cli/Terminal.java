package dev.remuda.cli;

import java.io.BufferedReader;
import java.io.File;
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

  private final int descriptor;
  private final boolean attached;

  Terminal(int descriptor) {
    this.descriptor = descriptor;
    this.attached = leadsToTerminal(descriptor);
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

  String yellow(String text) {
    return styled("33", text);
  }

  /** Takes back what is on the line, so that it can be written anew. */
  static String lineAgain() {
    return "\r" + ESCAPE + "K";
  }

  /** How wide its window is; {@link #WIDTH} where nobody says so. Takes some milliseconds. */
  int columns() {
    String said = System.getenv("COLUMNS");
    return said != null && said.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(said) : asked();
  }

  private int asked() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/proc/self/fd/" + descriptor))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (BufferedReader answer = stty.inputReader()) {
        String[] rowsAndColumns = String.valueOf(answer.readLine()).split(" ", 2);
        int columns = rowsAndColumns.length < 2 ? 0 : Integer.parseInt(rowsAndColumns[1].strip());
        return columns > 0 ? columns : WIDTH;
      }
    } catch (IOException | NumberFormatException e) {
      return WIDTH;
    }
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
