package dev.remuda.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What this JVM holds: sockets and pipes, and threads of some name. Files are class loaders' own,
 * and event descriptors those of the JDK, which keeps them.
 *
 * @param descriptors as the kernel names them, such as {@code socket:[4711]}
 * @param threads how many of each name
 */
public record Footprint(Set<String> descriptors, Map<String, Integer> threads) {
  private static final List<String> TABLES = List.of("tcp", "tcp6", "unix", "udp", "udp6");

  /** What is held now; of threads those whose name begins so. */
  public static Footprint now(String threadPrefix) {
    return new Footprint(descriptorsNow(), threadsNow(threadPrefix));
  }

  private static Set<String> descriptorsNow() {
    var found = new TreeSet<String>();
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      for (Path each : all.toList()) {
        String target = target(each);
        if (target.startsWith("socket:") || target.startsWith("pipe:")) {
          found.add(target);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("/proc/self/fd cannot be read", e);
    }
    return found;
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return ""; // closed meanwhile
    }
  }

  private static Map<String, Integer> threadsNow(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(prefix))
        .collect(Collectors.toMap(name -> name, _ -> 1, Integer::sum, TreeMap::new));
  }

  /** What it holds more than an earlier one, in words; nothing when there is nothing new. */
  public List<String> growthSince(Footprint earlier) {
    var more = new ArrayList<String>();
    descriptors.stream()
        .filter(each -> !earlier.descriptors.contains(each))
        .forEach(each -> more.add(each + inTables(each)));
    threads.forEach((name, count) -> {
      int was = earlier.threads.getOrDefault(name, 0);
      if (count > was) {
        more.add(count + " threads " + name + ", and there were " + was);
      }
    });
    return more;
  }

  /** What the kernel's tables say of a socket. */
  private static String inTables(String descriptor) {
    String inode = " " + descriptor.replaceAll("[^0-9]", "");
    var lines = new StringBuilder();
    for (String table : TABLES) {
      try (Stream<String> all = Files.lines(Path.of("/proc/self/net/" + table))) {
        all.filter(line -> line.endsWith(inode) || line.contains(inode + " "))
            .forEach(line -> lines.append(' ').append(table).append(": ").append(line.strip()));
      } catch (IOException e) {
        lines.append(' ').append(table).append(" cannot be read");
      }
    }
    return lines.toString();
  }
}
