package dev.remuda.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;

/** The command {@code remuda bench}: Remuda against the raw limit and against peers, in one run. */
public final class Bench {
  static final String ANYEVENT_TASK = "AnyEvent::Task";

  private static final int ROUNDS_TO_COMPARE = 5;
  private static final Map<String, Row> ROWS = new LinkedHashMap<>();

  static {
    ROWS.put("B1", new RoundTripRow());
    ROWS.put("B2", new CallRateRow());
    ROWS.put("B3", new PipelineRow());
    ROWS.put("B4", new StandbyRow());
    ROWS.put("B5", new StartRow());
    ROWS.put("B6", new MemoryRow());
    ROWS.put("B7", new BlobRow());
    ROWS.put("B8", new QueueRow());
    ROWS.put("B9", new DeathRow());
    ROWS.put("B10", new FirstResultRow());
    ROWS.put("B11", new DatabaseRow());
    ROWS.put("B12", new DatagramRow());
    ROWS.put("B14", new IdleRow());
    ROWS.put("LOG", new LogRow());
  }

  private Bench() {}

  /**
   * Measures and prints; blocks for about a quarter of an hour. Progress goes to standard error.
   *
   * @return the exit code: 0 whatever the figures are, 2 when {@code arguments} are not understood
   */
  public static int run(List<String> arguments, PrintStream out) {
    BenchOptions options;
    try {
      options = BenchOptions.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println("remuda bench: " + e.getMessage());
      System.err.println(BenchOptions.SYNOPSIS);
      return 2;
    }
    if (options.help()) {
      out.print(BenchOptions.USAGE);
      return 0;
    }
    Report report = measure(options);
    if (options.json()) {
      report.printJson(out);
    } else {
      report.print(out);
    }
    return 0;
  }

  static Report measure(BenchOptions options) {
    Machine machine = Machine.here();
    var lines = new ArrayList<Line>();
    var notes = new ArrayList<String>();
    if (options.rounds() < ROUNDS_TO_COMPARE || options.quick()) {
      notes.add("this run is too short to compare anything by");
    }
    @Nullable Level before = Quiet.begin();
    try (var tools = new Toolbox()) {
      describe(tools, notes);
      if (options.rows().contains("B11")) {
        describeQueues(options, tools, notes);
      }
      for (Map.Entry<String, Row> row : ROWS.entrySet()) {
        if (options.rows().contains(row.getKey())) {
          measure(row.getKey(), row.getValue(), options, tools, lines, notes);
        }
      }
    } catch (IOException e) {
      notes.add("nothing could be measured: " + e);
    } finally {
      Quiet.end(before);
    }
    return new Report(machine, options, lines, notes);
  }

  private static void describe(Toolbox tools, List<String> notes) {
    if (tools.limit().isEmpty()) {
      notes.add("no C compiler: B1 is compared with the raw limit in Java, B2 and B4 with none");
    }
    if (tools.peers().stream().noneMatch(peer -> peer.name().equals(ANYEVENT_TASK))) {
      notes.add(ANYEVENT_TASK + " is not installed (PERL5LIB)");
    }
  }

  private static void describeQueues(BenchOptions options, Toolbox tools, List<String> notes) {
    if (options.postgres().isEmpty()) {
      notes.add("without --postgres, B11 is measured on SQLite only");
    } else if (tools.graphile().isEmpty()) {
      notes.add("graphile-worker is not installed (NODE_PATH)");
    }
  }

  private static void measure(
      String name,
      Row row,
      BenchOptions options,
      Toolbox tools,
      List<Line> lines,
      List<String> notes) {
    try {
      lines.addAll(row.measure(options, tools, Bench::say));
    } catch (IOException | RuntimeException e) {
      notes.add(name + " could not be measured: " + e);
    }
  }

  private static void say(String what) {
    System.err.println("bench: " + what);
  }
}
