package dev.remuda.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The terminal that this process was started from, if any: its end ends those started there. */
final class ControllingTerminal {
  /** Of /proc/self/stat after the name in parentheses: state, parent, group, session, this. */
  private static final int FIELD = 4;

  private ControllingTerminal() {}

  /** False too once it is closed: the kernel takes it away before it sends SIGHUP. */
  static boolean isThere() {
    try {
      String line = Files.readString(Path.of("/proc/self/stat"));
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
      return fields.length > FIELD && !fields[FIELD].equals("0");
    } catch (IOException e) {
      return false;
    }
  }
}
