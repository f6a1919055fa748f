package dev.remuda.worker;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The virtual threads of this JVM as text, of which there may be millions. The JVM itself can only
 * write them to a file, all of them; what is there in time is read back. Loads the management
 * classes, which takes some 100 ms, so only for a dump.
 */
final class VirtualThreads {
  private static final int MAX_THREADS = 1_000;
  private static final int MAX_CHARS = 1 << 20;
  private static final long PATIENCE_MILLIS = 350;

  private final StringBuilder text = new StringBuilder(4096);
  private int shown;
  private int leftOut;

  private VirtualThreads() {}

  /** Blocks for 350 ms at the most; whatever fails, it is said in the text. */
  static String dump() {
    try {
      Path folder = privateFolder();
      Path file = folder.resolve("threads");
      try {
        return new VirtualThreads().dump(file);
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (Exception | LinkageError e) {
      return "virtual threads: " + e + "\n";
    }
  }

  /** Not a temporary one by name of the JDK, whose random source takes long to load. */
  private static Path privateFolder() throws IOException {
    return Files.createDirectory(
        Path.of(
            System.getProperty("java.io.tmpdir"),
            "remuda-dump-" + ProcessHandle.current().pid() + "-" + System.nanoTime()),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  private String dump(Path file) throws IOException, InterruptedException {
    var writer = new Writer(file);
    writer.setDaemon(true);
    writer.start();
    writer.join(PATIENCE_MILLIS);
    boolean finished = !writer.isAlive();
    if (Files.exists(file)) {
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
        Files.delete(file); // read before the process may end, and never left behind
        read(lines);
      }
    }
    return summary(finished, writer.failure);
  }

  /** Paragraphs, each of a thread; those of platform threads are known already. */
  private void read(BufferedReader lines) throws IOException {
    boolean keeping = false;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("#")) {
        keeping = begin(line);
      } else if (line.isBlank()) {
        keeping = end(keeping);
      } else if (keeping) {
        append(line);
      }
    }
    end(keeping);
  }

  private boolean begin(String head) {
    int nameEnd = head.lastIndexOf("\" ");
    if (nameEnd < 0 || !head.startsWith("virtual", nameEnd + 2)) {
      return false;
    }
    if (shown == MAX_THREADS || text.length() >= MAX_CHARS) {
      leftOut++;
      return false;
    }
    shown++;
    int number = head.indexOf(' ');
    int moment = head.lastIndexOf(' ');
    append(
        head.substring(number + 1, nameEnd + 2)
            + head.substring(0, number)
            + head.substring(nameEnd + 1, moment));
    return true;
  }

  private boolean end(boolean keeping) {
    if (keeping) {
      text.append('\n');
    }
    return false;
  }

  private void append(String line) {
    if (text.length() < MAX_CHARS) {
      text.append(line, 0, Math.min(line.length(), MAX_CHARS - text.length())).append('\n');
    }
  }

  private String summary(boolean finished, @Nullable Throwable failure) {
    text.append(shown).append(shown == 1 ? " virtual thread" : " virtual threads");
    if (leftOut > 0) {
      text.append(", ").append(leftOut).append(" more left out");
    }
    if (failure != null) {
      text.append("; the rest could not be listed: ").append(failure);
    } else if (!finished) {
      text.append("; there may be more, which were not listed in time");
    }
    return text.append('\n').toString();
  }

  /** Has the JVM write its threads; what is left of that when time is up ends with the process. */
  private static final class Writer extends Thread {
    private final Path file;
    private volatile @Nullable Throwable failure;

    Writer(Path file) {
      super("remuda-dump");
      this.file = file;
    }

    @Override
    public void run() {
      try {
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
            .dumpThreads(file.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
      } catch (Throwable e) {
        failure = e; // out of memory, too: it only costs the list
      }
    }
  }
}
