package dev.remuda.status;

import dev.remuda.daemon.DaemonStats;
import dev.remuda.daemon.DatagramStats;
import dev.remuda.daemon.DurationHistogram;
import dev.remuda.daemon.LoopStats;
import dev.remuda.daemon.QueueStats;
import dev.remuda.daemon.RunnerStats;
import dev.remuda.queue.DeadMessage;
import dev.remuda.queue.TypeSnapshot;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A snapshot as JSON. Names are documented in docs/status.md, and do not change their meaning. */
final class StatusJson {
  private static final double MEDIAN = 0.5;
  private static final double HIGH = 0.99;

  private StatusJson() {}

  static JsonObject of(Snapshot snapshot) {
    DaemonStats daemon = snapshot.daemon();
    return new JsonObject()
        .put("at", snapshot.at().toString())
        .put("name", daemon.name())
        .put("pid", daemon.pid())
        .put("state", daemon.state().name())
        .put("healthy", snapshot.isHealthy())
        .put("problems", array(snapshot.problems(), StatusJson::problem))
        .put("started", daemon.started().toString())
        .put("uptimeMillis", daemon.uptime().toMillis())
        .put("java", daemon.java())
        .put("version", Resources.VERSION)
        .put("rssBytes", snapshot.usage().rssBytes())
        .put("cpu", snapshot.usage().cpu())
        .put("settings", object(Redaction.of(daemon.settings())))
        .put("reloads", daemon.reloads())
        .put("reloadError", daemon.reloadError().orElse(null))
        .put("runners", array(daemon.runners(), StatusJson::runner))
        .put("workerGroups", array(snapshot.groups(), StatusJson::group))
        .put(
            "queues",
            array(
                daemon.queues(),
                queue ->
                    queue(queue, snapshot.deadMessages().getOrDefault(queue.name(), List.of()))))
        .put("loop", loop(daemon.loop()))
        .put(
            "endpoints",
            array(
                daemon.endpoints(),
                endpoint ->
                    new JsonObject()
                        .put("name", endpoint.name())
                        .put("addresses", new JsonArray(List.copyOf(endpoint.addresses())))))
        .put("datagrams", array(daemon.datagrams(), StatusJson::datagrams));
  }

  private static <T> JsonArray array(Collection<T> all, Function<T, Object> one) {
    return new JsonArray(all.stream().map(one).toList());
  }

  private static JsonObject object(Map<String, String> texts) {
    var object = new JsonObject();
    texts.forEach(object::put);
    return object;
  }

  private static JsonObject problem(Problem problem) {
    return new JsonObject()
        .put("severity", problem.severity().name())
        .put("code", problem.code())
        .put("subject", problem.subject())
        .put("text", problem.text());
  }

  private static JsonObject histogram(DurationHistogram took) {
    return new JsonObject()
        .put("count", took.count())
        .put("totalMillis", took.total().toMillis())
        .put("p50Millis", millis(took.percentile(MEDIAN)))
        .put("p99Millis", millis(took.percentile(HIGH)))
        .put("maxMillis", millis(took.max()))
        .put(
            "buckets",
            array(
                took.buckets(),
                bucket ->
                    new JsonObject()
                        .put("upToMillis", millis(bucket.upTo()))
                        .put("count", bucket.count())));
  }

  private static double millis(Duration time) {
    return Math.round(time.toNanos() / 1e3) / 1e3;
  }

  private static @Nullable String time(Optional<Instant> at) {
    return at.map(Instant::toString).orElse(null);
  }

  private static JsonObject runner(RunnerStats runner) {
    return new JsonObject()
        .put("name", runner.name())
        .put("overlap", runner.overlap().toString())
        .put("timeoutMillis", runner.timeout().toMillis())
        .put("periodMillis", runner.period().map(Duration::toMillis).orElse(null))
        .put(
            "triggers",
            array(
                runner.triggers(),
                trigger ->
                    new JsonObject()
                        .put("description", trigger.description())
                        .put("state", trigger.state())
                        .put("degraded", trigger.degraded())))
        .put("iterations", runner.iterations())
        .put("succeeded", runner.succeeded())
        .put("failed", runner.failed())
        .put("timedOut", runner.timedOut())
        .put("cancelled", runner.cancelled())
        .put("kicksReceived", runner.kicksReceived())
        .put("kicksCoalesced", runner.kicksCoalesced())
        .put("kicksSkipped", runner.kicksSkipped())
        .put("waiting", runner.waiting())
        .put("durations", histogram(runner.durations()))
        .put("lastRun", runner.lastRun().map(StatusJson::lastRun).orElse(null))
        .put("lastError", runner.lastError().map(StatusJson::lastError).orElse(null))
        .put("nextPoll", time(runner.nextPoll()))
        .put("nextCron", time(runner.nextCron()))
        .put("inFlight", array(runner.inFlight(), StatusJson::inFlight));
  }

  private static JsonObject lastRun(RunnerStats.EndedRun run) {
    return new JsonObject()
        .put("name", run.name())
        .put("cause", run.cause())
        .put("began", run.began().toString())
        .put("tookMillis", millis(run.took()))
        .put("outcome", run.outcome().name());
  }

  private static JsonObject lastError(RunnerStats.RunError error) {
    return new JsonObject()
        .put("run", error.run())
        .put("at", error.at().toString())
        .put("summary", error.summary())
        .put("stack", error.stack());
  }

  private static JsonObject inFlight(RunnerStats.RunInFlight run) {
    return new JsonObject()
        .put("name", run.name())
        .put("cause", run.cause())
        .put("began", run.began().toString())
        .put("ageMillis", run.age().toMillis())
        .put("interrupted", run.interrupted().orElse(null))
        .put("stuck", run.stuck());
  }

  private static JsonObject group(WorkerGroup group) {
    var json =
        new JsonObject()
            .put("name", group.name())
            .put("kind", group.kind().name())
            .put("known", group.known())
            .put("started", group.started())
            .put("killed", group.killed())
            .put("waitingConnections", group.waiting())
            .put("waitingMillis", group.waitingSince().toMillis())
            .put("trouble", group.trouble().orElse(null))
            .put("draining", group.draining())
            .put("settings", object(group.settings()))
            .put("workers", array(group.workers(), StatusJson::worker))
            .put("calls", array(group.activity().recent(), StatusJson::call))
            .put("latency", array(group.activity().buckets(), StatusJson::bucket))
            .put("callsPerMinute", new JsonArray(List.copyOf(group.activity().callsPerMinute())))
            .put("deaths", array(group.activity().deaths(), StatusJson::death));
    group
        .client()
        .ifPresent(client ->
            json.put(
                "client",
                new JsonObject()
                    .put("total", client.total())
                    .put("active", client.active())
                    .put("idle", client.idle())
                    .put("waiting", client.waiting())));
    group.counters().ifPresent(counters -> json.put("counters", Counters.json(counters)));
    return json;
  }

  private static JsonObject worker(WorkerGroup.Worker worker) {
    return new JsonObject()
        .put("id", worker.id())
        .put("pid", worker.pid())
        .put("state", worker.state())
        .put("inStateMillis", worker.inState().toMillis())
        .put("reason", worker.reason())
        .put("toBeReplaced", worker.toBeReplaced())
        .put("address", worker.address())
        .put("ageMillis", worker.age().toMillis())
        .put("checkouts", worker.checkouts())
        .put("method", worker.method().isEmpty() ? null : worker.method())
        .put("inCallMillis", worker.inCall().toMillis())
        .put("rssBytes", worker.rssBytes())
        .put("cpu", worker.cpu());
  }

  private static JsonObject call(Activity.Call call) {
    return new JsonObject()
        .put("ended", call.ended().toString())
        .put("method", call.method())
        .put("worker", call.worker())
        .put("queuedMillis", millis(call.queued()))
        .put("ranMillis", millis(call.ran()))
        .put("failure", call.failure().isEmpty() ? null : call.failure());
  }

  private static JsonObject bucket(Activity.Bucket bucket) {
    return new JsonObject()
        .put("upTo", bucket.upTo())
        .put("count", bucket.count())
        .put("failed", bucket.failed())
        .put("samples", array(bucket.samples(), StatusJson::call));
  }

  private static JsonObject death(Activity.Death death) {
    return new JsonObject()
        .put("at", death.at().toString())
        .put("worker", death.worker())
        .put("summary", death.summary())
        .put("autopsy", death.autopsy());
  }

  private static JsonObject queue(QueueStats queue, List<DeadMessage> dead) {
    var json =
        new JsonObject()
            .put("name", queue.name())
            .put("trouble", queue.trouble().orElse(null))
            .put("newestDead", array(dead, StatusJson::deadMessage));
    queue
        .snapshot()
        .ifPresent(shot ->
            json.put("table", shot.table())
                .put("database", shot.database())
                .put("kicks", shot.kicks().name())
                .put("kicksReceived", shot.kicksReceived())
                .put("datagramsRefused", shot.datagramsRefused())
                .put("pollMillis", shot.pollEvery().toMillis())
                .put("rescued", shot.rescued())
                .put("consumers", new JsonArray(List.copyOf(shot.consumers())))
                .put("types", array(shot.types(), StatusJson::type)));
    return json;
  }

  private static JsonObject type(TypeSnapshot type) {
    return new JsonObject()
        .put("type", type.type())
        .put("ready", type.state().ready())
        .put("running", type.state().running())
        .put("scheduled", type.state().scheduled())
        .put("retrying", type.state().retrying())
        .put("dead", type.state().dead())
        .put("oldestMillis", type.state().oldest().toMillis())
        .put("consumedHere", type.consumedHere())
        .put("paused", type.paused())
        .put("runningHere", type.runningHere())
        .put("doneHere", type.doneHere())
        .put("failedHere", type.failedHere())
        .put("deadHere", type.deadHere())
        .put("fencedHere", type.fencedHere());
  }

  private static JsonObject deadMessage(DeadMessage dead) {
    return new JsonObject()
        .put("id", dead.id())
        .put("messageId", dead.messageId())
        .put("type", dead.type())
        .put("attempts", dead.attempts())
        .put("diedAt", dead.diedAt().toString())
        .put("lastError", dead.lastError());
  }

  private static JsonObject loop(LoopStats loop) {
    return new JsonObject()
        .put("lag", histogram(loop.lag()))
        .put("blocked", loop.blocked())
        .put(
            "lastBlocks",
            array(
                loop.lastBlocks(),
                block ->
                    new JsonObject()
                        .put("at", block.at().toString())
                        .put("blockedMillis", block.blocked().toMillis())
                        .put(
                            "stack",
                            new JsonArray(block.stack().stream().map(Object::toString).toList()))));
  }

  private static JsonObject datagrams(DatagramStats datagrams) {
    return new JsonObject()
        .put("name", datagrams.name())
        .put("received", datagrams.received())
        .put("bytes", datagrams.bytes())
        .put("malformed", datagrams.malformed())
        .put("oversized", datagrams.oversized())
        .put("failed", datagrams.failed())
        .put(
            "kernelDrops",
            datagrams.kernelDrops().isPresent() ? datagrams.kernelDrops().getAsLong() : null)
        .put("receiveBuffer", datagrams.receiveBuffer())
        .put("lastMalformed", datagrams.lastMalformed().orElse(null));
  }
}
