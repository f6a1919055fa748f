package dev.remuda.status;

import dev.remuda.daemon.ConsoleLine;
import dev.remuda.daemon.ConsoleStats;
import dev.remuda.daemon.DaemonStats;
import dev.remuda.daemon.DurationHistogram;
import dev.remuda.daemon.LoopStats;
import dev.remuda.daemon.Overlap;
import dev.remuda.daemon.QueueStats;
import dev.remuda.daemon.RunnerStats;
import dev.remuda.queue.KickState;
import dev.remuda.queue.QueueSnapshot;
import dev.remuda.queue.TypeSnapshot;
import dev.remuda.queue.TypeState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Daemons as they may be at one moment. */
final class Samples {
  static final Instant NOW = Instant.parse("2026-11-21T03:00:00Z");
  static final DurationHistogram NONE =
      new DurationHistogram(0, Duration.ZERO, Duration.ZERO, List.of());

  private Samples() {}

  static DaemonStats daemon(List<RunnerStats> runners, List<QueueStats> queues) {
    return daemon(runners, queues, new LoopStats(NONE, 0, List.of()));
  }

  static DaemonStats daemon(List<RunnerStats> runners, List<QueueStats> queues, LoopStats loop) {
    return new DaemonStats(
        "mq",
        4711,
        DaemonStats.State.RUNNING,
        NOW.minus(Duration.ofHours(3)),
        Duration.ofHours(3),
        "25",
        Map.of("grace", "PT20S"),
        runners,
        List.of(),
        List.of(),
        List.of(),
        queues,
        loop,
        0,
        Optional.empty());
  }

  /** A runner of a minute's period that ended its last run so long ago. */
  static RunnerStats runner(String name, Duration ago, RunnerStats.Outcome outcome) {
    return runner(
        name,
        Optional.of(
            new RunnerStats.EndedRun(name + "#7", "poll", NOW.minus(ago), Duration.ZERO, outcome)),
        List.of(),
        List.of());
  }

  static RunnerStats runner(
      String name,
      Optional<RunnerStats.EndedRun> last,
      List<RunnerStats.TriggerState> triggers,
      List<RunnerStats.RunInFlight> inFlight) {
    return new RunnerStats(
        name,
        Overlap.coalesce(),
        Duration.ofMinutes(5),
        Optional.of(Duration.ofMinutes(1)),
        triggers,
        8,
        7,
        0,
        0,
        0,
        3,
        1,
        0,
        0,
        NONE,
        last,
        Optional.empty(),
        Optional.of(NOW.plusSeconds(20)),
        Optional.empty(),
        inFlight);
  }

  static QueueStats queue(KickState kicks, TypeState... types) {
    return new QueueStats(
        "messages",
        Optional.of(
            new QueueSnapshot(
                "MessageQueue",
                "sqlite",
                NOW,
                List.of(types).stream()
                    .map(state -> new TypeSnapshot(state, true, false, 0, 5, 0, 0, 0, List.of()))
                    .toList(),
                kicks,
                0,
                0,
                Duration.ofSeconds(20),
                0,
                List.of())),
        Optional.empty());
  }

  static WorkerGroup group(String name, int workers, Optional<String> trouble, Activity activity) {
    var all = new ArrayList<WorkerGroup.Worker>();
    for (int i = 1; i <= workers; i++) {
      all.add(
          new WorkerGroup.Worker(
              name + "(" + i + ")",
              10_000 + i,
              i % 3 == 0 ? "STANDBY" : "BUSY",
              Duration.ofMillis(i * 37L),
              "",
              false,
              "unix:/run/x.sock",
              Duration.ofMinutes(i),
              i,
              i % 3 == 0 ? "" : "convert",
              Duration.ofMillis(i % 3 == 0 ? 0 : i * 31L),
              38L << 20,
              0.03));
    }
    return new WorkerGroup(
        name,
        WorkerGroup.Kind.POOL,
        Optional.empty(),
        Optional.empty(),
        true,
        workers,
        0,
        0,
        Duration.ZERO,
        trouble,
        false,
        Map.of(),
        all,
        activity);
  }

  /** Calls of many lengths, some that failed, and a death. */
  static Activity activity() {
    var calls = new ArrayList<Activity.Call>();
    for (int i = 1; i <= 8; i++) {
      calls.add(
          new Activity.Call(
              NOW.minusMillis(700L * i),
              i % 3 == 0 ? "thumbnail" : "convert",
              "ocr(" + i + ")",
              Duration.ofMillis(i % 4 * 90L),
              Duration.ofMillis(400L / i),
              i == 5 ? "the file is no PDF" : ""));
    }
    var death =
        new Activity.Death(
            NOW.minusSeconds(40), "ocr(17)", "convert, after 30 s: killed at its deadline", "…");
    return new Activity(
        calls,
        List.of(
            new Activity.Bucket("20 ms", 2_310, 0, calls.subList(4, 7)),
            new Activity.Bucket("100 ms", 11_204, 2, calls.subList(2, 4)),
            new Activity.Bucket("500 ms", 940, 11, calls.subList(0, 2))),
        IntStream.range(0, 60).mapToObj(i -> 100 + i * 37 % 90).toList(),
        IntStream.range(0, 60).mapToObj(i -> 0).toList(),
        List.of(death));
  }

  static Snapshot snapshot(DaemonStats daemon, WorkerGroup... groups) {
    return new Snapshot(
        NOW,
        daemon,
        new Snapshot.Usage(120L << 20, 0.02),
        List.of(groups),
        Map.of(),
        Diagnosis.problems(daemon, List.of(groups), NOW));
  }

  static ConsoleStats console(String text, int lines) {
    List<ConsoleLine> all =
        IntStream.rangeClosed(1, lines)
            .mapToObj(i -> new ConsoleLine(i, NOW.plusMillis(i), "mq", "", text))
            .toList();
    return new ConsoleStats(all, all, all);
  }
}
