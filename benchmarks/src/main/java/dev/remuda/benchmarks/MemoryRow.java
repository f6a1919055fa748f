package dev.remuda.benchmarks;

import dev.remuda.server.ServerStats;
import dev.remuda.server.TaskServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * B6: the proportional memory (PSS) of one of four standby workers, against one of four bare JVMs
 * with the same flags. What processes share is divided among them, so the number counts.
 */
final class MemoryRow implements Row {
  private static final int PROCESSES = 4;
  private static final long SETTLE_MILLIS = 500;

  @Override
  public List<Line> measure(BenchOptions options, Toolbox tools, Progress progress)
      throws IOException {
    var servers = new Servers(tools.folder());
    var figures = new Figures(progress);
    Series bare =
        figures.add(
            "bare JVM, 4 at once",
            Unit.MEBIBYTES,
            () -> {
              try (TaskServer server = servers.bare(PROCESSES)) {
                return pss(server);
              }
            });
    Series ours =
        figures.add(
            "PSS of a standby worker, 4 at once",
            Unit.MEBIBYTES,
            () -> {
              try (TaskServer server = servers.ours(PROCESSES)) {
                return pss(server);
              }
            });
    for (int round = 0; round < options.rounds(); round++) {
      progress.round("B6", round, options.rounds());
      figures.round();
    }
    return List.of(
        new Line(
            "B6",
            ours.name(),
            figures.ours(ours),
            figures.whole(List.of(bare)),
            List.of(),
            new Bar.TimesLimit(1.3)));
  }

  private static double pss(TaskServer server) throws IOException {
    List<ServerStats.Worker> workers = Servers.awaitStandby(server, PROCESSES);
    Servers.settle(SETTLE_MILLIS);
    double bytes = 0;
    for (ServerStats.Worker worker : workers) {
      bytes += pss(worker.pid());
    }
    return bytes / workers.size();
  }

  private static double pss(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps_rollup"))) {
      if (line.startsWith("Pss:")) {
        return Double.parseDouble(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new IOException("this kernel does not tell the PSS of a process");
  }
}
