package dev.remuda.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much memory this container, or else this machine, has. */
final class HostMemory {
  private static final long MIB = 1 << 20;
  private static final long UNKNOWN_MIB = 4 << 10;

  private HostMemory() {}

  static long mebibytes() {
    return Math.min(cgroupLimit(), physical());
  }

  private static long cgroupLimit() {
    try {
      String limit = Files.readString(Path.of("/sys/fs/cgroup/memory.max")).strip();
      return limit.equals("max") ? Long.MAX_VALUE : Long.parseLong(limit) / MIB;
    } catch (IOException | NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  private static long physical() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
        if (line.startsWith("MemTotal:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
        }
      }
    } catch (IOException | NumberFormatException e) {
      // Fall through: a guess beats no start.
    }
    return UNKNOWN_MIB;
  }
}
