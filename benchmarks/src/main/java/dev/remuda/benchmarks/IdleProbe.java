package dev.remuda.benchmarks;

import dev.remuda.server.TaskServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The main class of a process whose supervisor keeps idle workers, for {@link ChildJvm}. */
final class IdleProbe {
  /** As the kernel cuts it. */
  private static final String SUPERVISOR = "remuda-supervis";

  private IdleProbe() {}

  /**
   * Takes the socket's folder and the number of workers, and answers each line: {@code ready},
   * {@code cpu} of the supervisor's thread in ns, or {@code wakeups} of it.
   */
  public static void main(String[] arguments) throws IOException {
    Quiet.begin();
    int workers = Integer.parseInt(arguments[1]);
    var servers = new Servers(Path.of(arguments[0]), "idle.sock");
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (TaskServer server = servers.withCache(workers)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        System.out.println(
            switch (line) {
              case "ready" -> Servers.awaitStandby(server, workers).size();
              case "cpu" -> Long.parseLong(read("schedstat").strip().split(" ", -1)[0]);
              case "wakeups" -> wakeups();
              default -> throw new IllegalArgumentException("not known: " + line);
            });
      }
    }
  }

  private static long wakeups() throws IOException {
    for (String line : read("status").lines().toList()) {
      if (line.startsWith("voluntary_ctxt_switches:")) {
        return Long.parseLong(line.substring(line.indexOf(':') + 1).strip());
      }
    }
    throw new IOException("this kernel does not count the wake-ups of a thread");
  }

  private static String read(String file) throws IOException {
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path task : tasks) {
        if (Files.readString(task.resolve("comm")).strip().equals(SUPERVISOR)) {
          return Files.readString(task.resolve(file));
        }
      }
    }
    throw new IOException("there is no thread of a supervisor");
  }
}
