package dev.remuda.status;

import static dev.remuda.status.Problem.Severity.BROKEN;
import static dev.remuda.status.Problem.Severity.WARNING;

import dev.remuda.daemon.DaemonStats;
import dev.remuda.daemon.DatagramStats;
import dev.remuda.daemon.LoopStats;
import dev.remuda.daemon.QueueStats;
import dev.remuda.daemon.RunnerStats;
import dev.remuda.queue.QueueSnapshot;
import dev.remuda.queue.TypeSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Says what is wrong, in sentences. */
final class Diagnosis {
  /** Two periods missed, and this much for a machine that is slow. */
  static final Duration SLACK = Duration.ofSeconds(2);

  /** For so long a death, or a loop that was blocked, is news. */
  static final Duration NEWS = Duration.ofMinutes(10);

  /** A call that runs longer is worth a look. */
  static final Duration LONG_CALL = Duration.ofSeconds(30);

  /** A checkout or connection that waits longer too. */
  private static final Duration LONG_WAIT = Duration.ofSeconds(10);

  /** A callback that blocks the loop for longer; shorter ones are told of beside its lag. */
  private static final Duration LONG_BLOCK = Duration.ofMillis(500);

  /** A message that is due for longer, too. */
  private static final Duration OLD_MESSAGE = Duration.ofMinutes(10);

  private final Instant now;
  private final List<Problem> problems = new ArrayList<>();

  private Diagnosis(Instant now) {
    this.now = now;
  }

  static List<Problem> problems(DaemonStats stats, List<WorkerGroup> groups, Instant now) {
    var diagnosis = new Diagnosis(now);
    diagnosis.daemon(stats);
    stats.runners().forEach(runner -> diagnosis.runner(runner, stats.started()));
    groups.forEach(diagnosis::workers);
    stats.queues().forEach(diagnosis::queue);
    diagnosis.loop(stats.loop());
    stats.datagrams().forEach(diagnosis::datagrams);
    diagnosis.problems.sort(Comparator.comparing(Problem::severity));
    return List.copyOf(diagnosis.problems);
  }

  private void say(
      Problem.Severity severity, String code, String subject, String text, String anchor) {
    problems.add(new Problem(severity, code, subject, Texts.plain(text, false), anchor));
  }

  private void daemon(DaemonStats stats) {
    switch (stats.state()) {
      case RUNNING, STARTING -> {}
      case DRAINING, CLOSED ->
          say(BROKEN, "draining", stats.name(), "it takes no more work, and is ending", "top");
    }
    stats
        .reloadError()
        .ifPresent(error ->
            say(WARNING, "reload-failed", stats.name(), "the last reload: " + error, "settings"));
  }

  private void runner(RunnerStats runner, Instant started) {
    String name = runner.name();
    runner.inFlight().stream()
        .filter(RunnerStats.RunInFlight::stuck)
        .forEach(run ->
            say(
                BROKEN,
                "runner-stuck",
                name,
                run.name()
                    + " was interrupted ("
                    + run.interrupted().orElse("")
                    + ") and goes on, for "
                    + Texts.duration(run.age())
                    + " now; no other run can begin",
                "runners"));
    runner
        .period()
        .ifPresent(period -> {
          Duration silent = Duration.between(lastSign(runner, started), now);
          if (silent.compareTo(period.multipliedBy(2).plus(SLACK)) > 0) {
            say(
                BROKEN,
                "runner-late",
                name,
                "no run has "
                    + (runner.inFlight().isEmpty() ? "begun" : "ended")
                    + " for "
                    + Texts.duration(silent)
                    + ", more than twice its period of "
                    + Texts.duration(period),
                "runners");
          }
        });
    runner.triggers().stream()
        .filter(RunnerStats.TriggerState::degraded)
        .forEach(trigger ->
            say(
                BROKEN,
                "kicks-degraded",
                name,
                "kicks do not arrive: " + trigger.description() + " is " + trigger.state(),
                "runners"));
    failed(runner);
  }

  private void failed(RunnerStats runner) {
    runner
        .lastRun()
        .filter(run ->
            run.outcome() == RunnerStats.Outcome.FAILED
                || run.outcome() == RunnerStats.Outcome.TIMED_OUT)
        .ifPresent(run ->
            say(
                WARNING,
                "runner-failed",
                runner.name(),
                "its last run, "
                    + run.name()
                    + ", "
                    + (run.outcome() == RunnerStats.Outcome.FAILED ? "failed" : "timed out")
                    + ": "
                    + runner.lastError().map(RunnerStats.RunError::summary).orElse(""),
                "runners"));
  }

  /** When it last showed that it lives: its newest run began, or its last one ended. */
  private static Instant lastSign(RunnerStats runner, Instant started) {
    return runner.inFlight().stream()
        .map(RunnerStats.RunInFlight::began)
        .max(Comparator.naturalOrder())
        .or(() -> runner.lastRun().map(run -> run.began().plus(run.took())))
        .orElse(started);
  }

  private void workers(WorkerGroup group) {
    String anchor = "workers";
    group
        .trouble()
        .ifPresent(why ->
            say(BROKEN, "workers-trouble", group.name(), "no worker can be had: " + why, anchor));
    if (!group.known()) {
      say(
          BROKEN,
          "supervisor-silent",
          group.name(),
          "its supervisor has not answered within a second",
          anchor);
    }
    if (group.draining()) {
      say(BROKEN, "server-draining", group.name(), "it takes no more work, and is ending", anchor);
    }
    longCalls(group, anchor);
    if (group.waitingSince().compareTo(LONG_WAIT) > 0) {
      say(
          WARNING,
          "connections-wait",
          group.name(),
          Texts.many(group.waiting(), "connection")
              + (group.waiting() == 1 ? " waits" : " wait")
              + " for a worker, somebody for "
              + Texts.duration(group.waitingSince()),
          anchor);
    }
    deaths(group, anchor);
  }

  private void longCalls(WorkerGroup group, String anchor) {
    List<WorkerGroup.Worker> slow =
        group.workers().stream()
            .filter(worker -> worker.inCall().compareTo(LONG_CALL) > 0)
            .sorted(Comparator.comparing(WorkerGroup.Worker::inCall).reversed())
            .toList();
    if (!slow.isEmpty()) {
      WorkerGroup.Worker slowest = slow.getFirst();
      say(
          WARNING,
          "long-call",
          group.name(),
          slowest.id()
              + " has been in "
              + slowest.method()
              + " for "
              + Texts.duration(slowest.inCall())
              + (slow.size() > 1 ? ", and " + (slow.size() - 1) + " more for long" : ""),
          anchor);
    }
  }

  private void deaths(WorkerGroup group, String anchor) {
    List<Activity.Death> fresh =
        group.activity().deaths().stream()
            .filter(death -> death.at().isAfter(now.minus(NEWS)))
            .toList();
    if (!fresh.isEmpty()) {
      Activity.Death newest = fresh.getFirst();
      say(
          WARNING,
          "worker-deaths",
          group.name(),
          (fresh.size() >= PoolActivity.DEATHS ? PoolActivity.DEATHS + " or more" : fresh.size())
              + (fresh.size() == 1 ? " worker" : " workers")
              + " died or had to be killed in the last ten minutes; the newest: "
              + newest.worker()
              + ", "
              + Texts.cut(newest.summary(), 200),
          anchor);
    }
  }

  private void queue(QueueStats queue) {
    queue
        .trouble()
        .ifPresent(why ->
            say(BROKEN, "queue-database", queue.name(), "its database fails: " + why, "queues"));
    queue.snapshot().ifPresent(snapshot -> queue(queue.name(), snapshot));
  }

  private void queue(String name, QueueSnapshot queue) {
    if (queue.degraded()) {
      say(
          BROKEN,
          "kicks-degraded",
          name,
          "kicks do not arrive, so the database is polled every "
              + Texts.duration(queue.pollEvery()),
          "queues");
    }
    for (TypeSnapshot type : queue.types()) {
      if (type.state().dead() > 0) {
        say(
            WARNING,
            "dead-messages",
            name,
            counted(type.state().dead(), "dead message") + " of type " + type.type(),
            "queues");
      }
      if (type.state().oldest().compareTo(OLD_MESSAGE) > 0) {
        say(
            WARNING,
            "messages-wait",
            name,
            "the next "
                + type.type()
                + " has been due for "
                + Texts.duration(type.state().oldest())
                + ", with "
                + counted(type.state().ready(), "message")
                + " ready"
                + (type.paused() ? "; the type is paused here" : ""),
            "queues");
      }
    }
  }

  /** Snapshots count to a thousand. */
  static String counted(int count, String what) {
    return count >= 1_000 ? Texts.count(count) + " or more " + what + "s" : Texts.many(count, what);
  }

  private void loop(LoopStats loop) {
    if (!loop.lastBlocks().isEmpty()) {
      LoopStats.Block last = loop.lastBlocks().getLast();
      if (last.at().isAfter(now.minus(NEWS)) && last.blocked().compareTo(LONG_BLOCK) > 0) {
        say(
            WARNING,
            "loop-blocked",
            "loop",
            "a callback blocked the event loop for " + Texts.duration(last.blocked()),
            "loop");
      }
    }
  }

  private void datagrams(DatagramStats datagrams) {
    datagrams
        .kernelDrops()
        .ifPresent(drops -> {
          if (drops > 0) {
            say(
                WARNING,
                "datagrams-dropped",
                datagrams.name(),
                "the kernel dropped " + Texts.many(drops, "datagram") + ": its buffer was full",
                "loop");
          }
        });
  }
}
