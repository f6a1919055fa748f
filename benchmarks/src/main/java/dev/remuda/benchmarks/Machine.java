package dev.remuda.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where and when the figures were taken.
 *
 * @param load processes that wanted a core when it began, over one and five minutes
 */
record Machine(
    String cpu, List<Integer> cores, String system, String jdk, String date, String load) {
  Machine {
    cores = List.copyOf(cores);
  }

  static Machine here() {
    return new Machine(
        lineOf("/proc/cpuinfo", "model name"),
        parseCores(lineOf("/proc/self/status", "Cpus_allowed_list")),
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
        DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm z", Locale.ROOT)
            .format(ZonedDateTime.now(ZoneId.of("UTC"))),
        averageLoad());
  }

  String describe() {
    return cpu
        + ", "
        + cores.size()
        + " cores · "
        + system
        + " · "
        + jdk
        + " · "
        + date
        + " · load "
        + load;
  }

  /** The value behind {@code key:} in a file of the kernel. */
  private static String lineOf(String file, String key) {
    try {
      for (String line : Files.readAllLines(Path.of(file))) {
        if (line.startsWith(key)) {
          return line.substring(line.indexOf(':') + 1).strip();
        }
      }
    } catch (IOException e) {
      // Another kernel, another file: the figures are good all the same.
    }
    return "unknown";
  }

  private static String averageLoad() {
    try {
      String[] words = Files.readString(Path.of("/proc/loadavg")).split(" ", -1);
      return words[0] + " " + words[1];
    } catch (IOException e) {
      return "unknown";
    }
  }

  /** The kernel's notation, such as {@code 0-3,8}. */
  static List<Integer> parseCores(String list) {
    var cores = new ArrayList<Integer>();
    for (String part : list.split(",", -1)) {
      if (part.matches("\\d+(-\\d+)?")) {
        int dash = part.indexOf('-');
        int first = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
        int last = Integer.parseInt(part.substring(dash + 1));
        for (int core = first; core <= last; core++) {
          cores.add(core);
        }
      }
    }
    return cores;
  }
}
