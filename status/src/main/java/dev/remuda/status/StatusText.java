package dev.remuda.status;

import com.google.errorprone.annotations.FormatMethod;
import dev.remuda.daemon.DaemonStats;
import dev.remuda.daemon.LoopStats;
import dev.remuda.daemon.QueueStats;
import dev.remuda.daemon.RunnerStats;
import dev.remuda.queue.TypeSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A snapshot as plain text of 80 columns or a little more, for curl. */
final class StatusText {
  private static final double HIGH = 0.99;

  private final StringBuilder out = new StringBuilder();

  private StatusText() {}

  static String of(Snapshot snapshot) {
    var text = new StatusText();
    text.head(snapshot);
    text.runners(snapshot);
    snapshot.groups().forEach(text::group);
    snapshot.daemon().queues().forEach(text::queue);
    text.loop(snapshot.daemon().loop());
    return text.out.toString();
  }

  /** For /healthz: a line for each problem, or one that there is none. */
  static String health(Snapshot snapshot) {
    var text = new StatusText();
    text.problems(snapshot);
    return text.out.toString();
  }

  @FormatMethod
  private void line(String format, Object... values) {
    String line = String.format(Locale.ROOT, format, values);
    out.append(Texts.plain(line, false).stripTrailing()).append('\n');
  }

  private void problems(Snapshot snapshot) {
    if (snapshot.problems().isEmpty()) {
      line("ok: all is well");
    }
    for (Problem problem : snapshot.problems()) {
      line(
          "%s: %s: %s",
          problem.severity().name().toLowerCase(Locale.ROOT), problem.subject(), problem.text());
    }
  }

  private void head(Snapshot snapshot) {
    DaemonStats daemon = snapshot.daemon();
    line(
        "%s: %s, up %s, pid %d, %s, remuda %s, Java %s",
        daemon.name(),
        daemon.state().name().toLowerCase(Locale.ROOT),
        Texts.duration(daemon.uptime()),
        daemon.pid(),
        Texts.bytes(snapshot.usage().rssBytes()),
        Resources.VERSION,
        daemon.java());
    problems(snapshot);
  }

  private void runners(Snapshot snapshot) {
    List<RunnerStats> runners = snapshot.daemon().runners();
    if (runners.isEmpty()) {
      return;
    }
    line("");
    line("%-24s %8s %8s %10s %10s  %s", "RUNNER", "RUNS", "FAILED", "99 %", "LAST", "NOW");
    for (RunnerStats runner : runners) {
      line(
          "%-24s %8d %8d %10s %10s  %s",
          runner.name(),
          runner.iterations(),
          runner.failed() + runner.timedOut(),
          Texts.duration(runner.durations().percentile(HIGH)),
          runner.lastRun().map(run -> run.outcome().name().toLowerCase(Locale.ROOT)).orElse("-"),
          running(runner));
    }
  }

  private static String running(RunnerStats runner) {
    var runs = new ArrayList<String>();
    for (RunnerStats.RunInFlight run : runner.inFlight()) {
      runs.add(run.name() + " for " + Texts.duration(run.age()));
    }
    return runs.isEmpty() ? "-" : String.join(", ", runs);
  }

  private void group(WorkerGroup group) {
    line("");
    line(
        "%s %s: %s, %d started, %d killed",
        group.kind().name().toLowerCase(Locale.ROOT),
        group.name(),
        group.states().isEmpty()
            ? "no workers"
            : group.states().toString().toLowerCase(Locale.ROOT).replaceAll("[{}]", ""),
        group.started(),
        group.killed());
    group
        .counters()
        .ifPresent(counters ->
            line(
                "  %d calls, %d failed, %d timed out, %d died",
                counters.calls(), counters.failed(), counters.timedOut(), counters.died()));
    if (!group.workers().isEmpty()) {
      line("  %-22s %8s %-20s %9s %9s %9s", "WORKER", "PID", "STATE", "FOR", "AGE", "MEMORY");
    }
    for (WorkerGroup.Worker worker : group.workers()) {
      Duration time = worker.method().isEmpty() ? worker.inState() : worker.inCall();
      line(
          "  %-22s %8d %-20s %9s %9s %9s",
          worker.id(),
          worker.pid(),
          WorkersHtml.state(worker),
          Texts.duration(time),
          Texts.duration(worker.age()),
          Texts.bytes(worker.rssBytes()));
    }
  }

  private void queue(QueueStats queue) {
    line("");
    line("queue %s:%s", queue.name(), queue.trouble().map(why -> " " + why).orElse(""));
    queue
        .snapshot()
        .ifPresent(shot -> {
          line(
              "  %-24s %8s %8s %8s %8s %8s %10s",
              "TYPE", "READY", "RUNNING", "LATER", "RETRYING", "DEAD", "OLDEST");
          shot.types().forEach(this::type);
        });
  }

  private void type(TypeSnapshot type) {
    line(
        "  %-24s %8d %8d %8d %8d %8d %10s%s",
        type.type(),
        type.state().ready(),
        type.state().running(),
        type.state().scheduled(),
        type.state().retrying(),
        type.state().dead(),
        Texts.duration(type.state().oldest()),
        type.paused() ? " paused" : "");
  }

  private void loop(LoopStats loop) {
    line("");
    line(
        "event loop: lag 99 %% %s, worst %s, blocked %d times",
        Texts.duration(loop.lag().percentile(HIGH)),
        Texts.duration(loop.lag().max()),
        loop.blocked());
  }
}
