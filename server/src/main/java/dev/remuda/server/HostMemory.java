package dev.remuda.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** How much memory this process may have: its control groups' limits, or else the machine's. */
final class HostMemory {
  private static final long MIB = 1 << 20;
  private static final long UNKNOWN_MIB = 4 << 10;

  private HostMemory() {}

  static long mebibytes() {
    long limit = cgroupLimit(Path.of("/proc/self/cgroup"), Path.of("/sys/fs/cgroup"));
    return Math.min(limit, physical());
  }

  /**
   * The least limit of the process's control group (v2) and of those around it, each of which
   * counts; {@link Long#MAX_VALUE} where there is none.
   *
   * @param membership what /proc/PID/cgroup holds
   * @param root where the groups are mounted
   */
  static long cgroupLimit(Path membership, Path root) {
    Path group = root.resolve(ownGroup(membership)).normalize();
    long least = limit(root); // a container finds its own limits there
    for (Path each = group; each != null && !each.equals(root); each = each.getParent()) {
      if (each.startsWith(root)) { // not above the root, where its namespace lets nobody look
        least = Math.min(least, limit(each));
      }
    }
    return least;
  }

  /** Relative to the root; empty where that is all that is known. */
  private static String ownGroup(Path membership) {
    try {
      for (String line : Files.readAllLines(membership)) {
        if (line.startsWith("0::/")) {
          return line.substring("0::/".length());
        }
      }
    } catch (IOException e) {
      // No control groups here.
    }
    return "";
  }

  private static long limit(Path group) {
    String limit = firstLine(group.resolve("memory.max"));
    try {
      return limit == null || limit.equals("max") ? Long.MAX_VALUE : Long.parseLong(limit) / MIB;
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  private static @Nullable String firstLine(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return null;
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
