package dev.remuda.status;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Memory and CPU of processes from /proc; one look after another, by one thread at a time. */
final class ProcessUsage {
  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1) / 100; // USER_HZ of Linux
  private static final long PAGE_BYTES = pageBytes();
  private static final int UTIME = 11; // counted from the state, behind the name
  private static final int RSS = 21;

  private final Map<Long, Look> last = new HashMap<>();
  private final Set<Long> seen = new HashSet<>();

  private record Look(long cpuNanos, long at, Snapshot.Usage usage) {}

  /** What it takes now; nothing of one that has ended. */
  Snapshot.Usage of(long pid) {
    try {
      String stat =
          Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      long cpu = (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[UTIME + 1])) * TICK_NANOS;
      long now = System.nanoTime();
      Look before = last.get(pid);
      double share =
          before == null || now <= before.at || cpu < before.cpuNanos
              ? 0
              : (double) (cpu - before.cpuNanos) / (now - before.at);
      var usage = new Snapshot.Usage(Long.parseLong(fields[RSS]) * PAGE_BYTES, share);
      last.put(pid, new Look(cpu, now, usage));
      seen.add(pid);
      return usage;
    } catch (IOException | RuntimeException e) {
      return Snapshot.Usage.NONE;
    }
  }

  /** Forgets those that were not looked at since the last call. */
  void forgetOthers() {
    last.keySet().retainAll(seen);
    seen.clear();
  }

  /** What VmRSS says in kB and statm in pages; 4 KiB where neither does. */
  private static long pageBytes() {
    try {
      long pages =
          Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ", -1)[1].strip());
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmRSS:")) {
          long bytes = Long.parseLong(line.replaceAll("\\D", "")) << 10;
          return Long.highestOneBit(Math.round(1.4 * bytes / pages));
        }
      }
    } catch (IOException | RuntimeException e) {
      // Not Linux.
    }
    return 4_096;
  }
}
