package dev.remuda.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much memory of a process is resident, as the kernel says. */
final class ResidentMemory {
  private static final String LABEL = "VmRSS:";

  private ResidentMemory() {}

  /** 0 for one that has just ended. */
  static long bytes(long pid) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith(LABEL)) {
          int unit = line.indexOf("kB");
          return Long.parseLong(line.substring(LABEL.length(), unit).strip()) << 10;
        }
      }
    } catch (IOException | RuntimeException e) {
      // It is being reaped.
    }
    return 0;
  }
}
