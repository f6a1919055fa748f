package dev.remuda.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What processes have really done: a file to which each appends one short line at a time, so that
 * what one of them wrote before it was killed is there, and whole.
 */
public final class Executions {
  private Executions() {}

  /**
   * Notes that something has begun to run.
   *
   * @param id of what, without blanks
   * @param detail such as the process that does it
   */
  public static void note(Path file, String id, String detail) {
    byte[] line = (id + " " + detail + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      Files.write(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The details of each id, in the order in which they were written; none without a file. */
  public static Map<String, List<String>> read(Path file) {
    var all = new LinkedHashMap<String, List<String>>();
    if (Files.notExists(file)) {
      return all;
    }
    try {
      for (String line : Files.readAllLines(file)) {
        int blank = line.indexOf(' ');
        all.computeIfAbsent(line.substring(0, blank), _ -> new ArrayList<>())
            .add(line.substring(blank + 1));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }
}
