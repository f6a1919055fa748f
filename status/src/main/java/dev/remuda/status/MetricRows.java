package dev.remuda.status;

import dev.remuda.daemon.DaemonStats;
import dev.remuda.daemon.DatagramStats;
import dev.remuda.daemon.QueueStats;
import dev.remuda.daemon.RunnerStats;
import dev.remuda.queue.KickState;
import dev.remuda.queue.QueueSnapshot;
import dev.remuda.queue.TypeSnapshot;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** One registry's figures of a daemon: what comes with a snapshot is there, what went is not. */
final class MetricRows {
  private static final double MEDIAN = 0.5;
  private static final double HIGH = 0.99;

  /** Whoever may insert a message may invent a type. */
  private static final int MOST_TYPES = 200;

  private final MeterRegistry registry;
  private final Map<Key, Row> rows = new HashMap<>();
  private final Map<Key, Meter> meters = new HashMap<>();
  private final Set<Key> seen = new HashSet<>();

  private record Key(String name, Tags tags) {}

  /** A figure that its meter reads; the registry does not keep it alive. */
  private static final class Row {
    volatile double value;
  }

  MetricRows(MeterRegistry registry) {
    this.registry = registry;
  }

  synchronized void update(Snapshot snapshot) {
    seen.clear();
    DaemonStats daemon = snapshot.daemon();
    Tags none = Tags.empty();
    gauge("remuda.up", none, snapshot.isHealthy() ? 1L : 0L);
    gauge("remuda.uptime.seconds", none, (double) daemon.uptime().toMillis() / 1_000);
    gauge("remuda.rss.bytes", none, snapshot.usage().rssBytes());
    for (Problem.Severity severity : Problem.Severity.values()) {
      long count = snapshot.problems().stream().filter(p -> p.severity() == severity).count();
      gauge(
          "remuda.problems", Tags.of("severity", severity.name().toLowerCase(Locale.ROOT)), count);
    }
    daemon.runners().forEach(this::runner);
    snapshot.groups().forEach(this::group);
    daemon.queues().forEach(this::queue);
    daemon.datagrams().forEach(this::datagrams);
    for (double share : new double[] {MEDIAN, HIGH, 1}) {
      gauge(
          "remuda.loop.lag.seconds",
          Tags.of("quantile", Double.toString(share)),
          DaemonMetrics.seconds(daemon.loop().lag(), share));
    }
    counter("remuda.loop.blocked", none, daemon.loop().blocked());
    forgetOthers();
  }

  private void forgetOthers() {
    for (Key key : List.copyOf(rows.keySet())) {
      if (!seen.contains(key)) {
        rows.remove(key);
        Meter meter = meters.remove(key);
        if (meter != null) {
          registry.remove(meter);
        }
      }
    }
  }

  private void gauge(String name, Tags tags, long value) {
    gauge(name, tags, (double) value);
  }

  private void gauge(String name, Tags tags, double value) {
    var key = new Key(name, tags);
    Row row = rows.computeIfAbsent(key, fresh -> new Row());
    row.value = value;
    if (seen.add(key) && !meters.containsKey(key)) {
      meters.put(key, Gauge.builder(name, row, each -> each.value).tags(tags).register(registry));
    }
  }

  private void counter(String name, Tags tags, long value) {
    counter(name, tags, (double) value);
  }

  private void counter(String name, Tags tags, double value) {
    var key = new Key(name, tags);
    Row row = rows.computeIfAbsent(key, fresh -> new Row());
    row.value = value;
    if (seen.add(key) && !meters.containsKey(key)) {
      meters.put(
          key,
          FunctionCounter.builder(name, row, each -> each.value).tags(tags).register(registry));
    }
  }

  private void runner(RunnerStats runner) {
    Tags tags = Tags.of("runner", runner.name());
    counter("remuda.runner.runs", tags.and("outcome", "succeeded"), runner.succeeded());
    counter("remuda.runner.runs", tags.and("outcome", "failed"), runner.failed());
    counter("remuda.runner.runs", tags.and("outcome", "timed_out"), runner.timedOut());
    counter("remuda.runner.runs", tags.and("outcome", "cancelled"), runner.cancelled());
    counter("remuda.runner.kicks", tags.and("fate", "received"), runner.kicksReceived());
    counter("remuda.runner.kicks", tags.and("fate", "coalesced"), runner.kicksCoalesced());
    counter("remuda.runner.kicks", tags.and("fate", "skipped"), runner.kicksSkipped());
    counter(
        "remuda.runner.run.seconds", tags, (double) runner.durations().total().toMillis() / 1_000);
    gauge("remuda.runner.in.flight", tags, runner.inFlight().size());
    for (double share : new double[] {MEDIAN, HIGH}) {
      gauge(
          "remuda.runner.duration.seconds",
          tags.and("quantile", Double.toString(share)),
          DaemonMetrics.seconds(runner.durations(), share));
    }
    runner
        .lastRun()
        .ifPresent(run ->
            gauge(
                "remuda.runner.last.run.timestamp.seconds",
                tags,
                (double) run.began().plus(run.took()).toEpochMilli() / 1_000));
  }

  private void group(WorkerGroup group) {
    Tags tags = Tags.of("pool", group.name());
    for (String state : WorkerGroup.STATES) {
      gauge(
          "remuda.workers",
          tags.and("state", state.toLowerCase(Locale.ROOT)),
          group.states().getOrDefault(state, 0L));
    }
    gauge(
        "remuda.workers.rss.bytes",
        tags,
        group.workers().stream().mapToLong(WorkerGroup.Worker::rssBytes).sum());
    gauge("remuda.workers.trouble", tags, group.trouble().isPresent() ? 1L : 0L);
    counter("remuda.workers.started", tags, group.started());
    counter("remuda.workers.killed", tags, group.killed());
    gauge("remuda.pool.connections.waiting", tags, group.waiting());
    group
        .client()
        .ifPresent(client -> {
          gauge("remuda.pool.checkouts.active", tags, client.active());
          gauge("remuda.pool.checkouts.waiting", tags, client.waiting());
        });
    group
        .counters()
        .ifPresent(counters -> {
          Counters.outcomes(counters)
              .forEach((outcome, count) ->
                  counter("remuda.pool.calls", tags.and("outcome", outcome), count));
          counter("remuda.pool.retries", tags, counters.retries());
          counter("remuda.pool.deaths", tags, counters.deaths());
        });
  }

  private void queue(QueueStats queue) {
    Tags tags = Tags.of("queue", queue.name());
    gauge("remuda.queue.up", tags, queue.snapshot().isPresent() ? 1L : 0L);
    queue.snapshot().ifPresent(shot -> queue(tags, shot));
  }

  private void queue(Tags tags, QueueSnapshot shot) {
    gauge("remuda.queue.kicks.degraded", tags, shot.kicks() == KickState.DEGRADED ? 1L : 0L);
    counter("remuda.queue.rescued", tags, shot.rescued());
    for (TypeSnapshot type : consumedFirst(shot).limit(MOST_TYPES).toList()) {
      Tags typed = tags.and("type", Texts.plain(type.type(), false));
      gauge("remuda.queue.messages", typed.and("state", "ready"), type.state().ready());
      gauge("remuda.queue.messages", typed.and("state", "running"), type.state().running());
      gauge("remuda.queue.messages", typed.and("state", "scheduled"), type.state().scheduled());
      gauge("remuda.queue.messages", typed.and("state", "retrying"), type.state().retrying());
      gauge("remuda.queue.messages", typed.and("state", "dead"), type.state().dead());
      gauge(
          "remuda.queue.oldest.seconds", typed, (double) type.state().oldest().toMillis() / 1_000);
      counter("remuda.queue.handled", typed.and("outcome", "done"), type.doneHere());
      counter("remuda.queue.handled", typed.and("outcome", "failed"), type.failedHere());
      counter("remuda.queue.handled", typed.and("outcome", "dead"), type.deadHere());
    }
  }

  /** Types that others invent are not to push out those that have a consumer here. */
  static Stream<TypeSnapshot> consumedFirst(QueueSnapshot shot) {
    return shot.types().stream().sorted(Comparator.comparing(type -> !type.consumedHere()));
  }

  private void datagrams(DatagramStats datagrams) {
    Tags tags = Tags.of("endpoint", datagrams.name());
    counter("remuda.datagrams", tags.and("fate", "received"), datagrams.received());
    counter("remuda.datagrams", tags.and("fate", "malformed"), datagrams.malformed());
    counter("remuda.datagrams", tags.and("fate", "oversized"), datagrams.oversized());
    datagrams
        .kernelDrops()
        .ifPresent(drops -> counter("remuda.datagrams", tags.and("fate", "dropped"), drops));
  }
}
