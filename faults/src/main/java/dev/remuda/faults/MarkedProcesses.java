package dev.remuda.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The processes of this host whose command line contains all of some words. */
public final class MarkedProcesses {
  private MarkedProcesses() {}

  /** Their numbers, in order. */
  public static List<Long> pids(String... words) {
    try (Stream<Path> all = Files.list(Path.of("/proc"))) {
      return all.filter(each -> isMarked(each, words))
          .map(each -> Long.valueOf(each.getFileName().toString()))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new IllegalStateException("/proc cannot be read", e);
    }
  }

  private static boolean isMarked(Path process, String... words) {
    if (!Character.isDigit(process.getFileName().toString().charAt(0))) {
      return false;
    }
    try {
      byte[] line = Files.readAllBytes(process.resolve("cmdline"));
      String text = new String(line, StandardCharsets.UTF_8);
      return !text.isEmpty() && Stream.of(words).allMatch(text::contains);
    } catch (IOException e) {
      return false; // it has ended
    }
  }
}
