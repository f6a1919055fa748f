package dev.remuda.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What this JVM holds: sockets and pipes, and threads of some name. Files are class loaders' own,
 * and event descriptors those of the JDK, which keeps them.
 *
 * @param descriptors by kind, such as {@code socket}
 * @param threads by name
 */
public record Footprint(Map<String, Integer> descriptors, Map<String, Integer> threads) {
  private static final Set<String> KINDS = Set.of("socket", "pipe");

  /** What is held now; of threads those whose name begins so. */
  public static Footprint now(String threadPrefix) {
    return new Footprint(descriptorsNow(), threadsNow(threadPrefix));
  }

  private static Map<String, Integer> descriptorsNow() {
    var kinds = new TreeMap<String, Integer>();
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      for (Path each : all.toList()) {
        String kind = kind(each);
        if (KINDS.contains(kind)) {
          kinds.merge(kind, 1, Integer::sum);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("/proc/self/fd cannot be read", e);
    }
    return kinds;
  }

  private static String kind(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().replaceAll(":?\\[?[0-9]*]?$", "");
    } catch (IOException e) {
      return "/"; // closed meanwhile
    }
  }

  private static Map<String, Integer> threadsNow(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(prefix))
        .collect(Collectors.toMap(name -> name, _ -> 1, Integer::sum, TreeMap::new));
  }

  /** What it holds more than an earlier one, in words; nothing when it has grown nowhere. */
  public List<String> growthSince(Footprint earlier) {
    var more = new ArrayList<String>();
    grown(descriptors, earlier.descriptors, more);
    grown(threads, earlier.threads, more);
    return more;
  }

  private static void grown(
      Map<String, Integer> now, Map<String, Integer> before, List<String> more) {
    now.forEach((what, count) -> {
      int was = before.getOrDefault(what, 0);
      if (count > was) {
        more.add(count + " of " + what + ", and there were " + was);
      }
    });
  }
}
