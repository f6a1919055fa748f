package dev.remuda.status;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What the threads of this process do, the virtual ones included. */
final class ThreadDumps {
  private static final System.Logger LOG = System.getLogger("dev.remuda.status");

  private ThreadDumps() {}

  /** Nothing where the JVM cannot write it; blocks. */
  static Optional<String> ofThisProcess() {
    try {
      Path folder = Files.createTempDirectory("remuda-dump-"); // 0700
      Path file = folder.resolve("threads.txt");
      try {
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
            .dumpThreads(file.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
        return Optional.of(Files.readString(file));
      } finally {
        Files.deleteIfExists(file);
        Files.deleteIfExists(folder);
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "no thread dump can be taken", e);
      return Optional.empty();
    }
  }
}
