package dev.remuda.client;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.remuda.protocol.Capability;
import dev.remuda.protocol.WorkerExit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One run: a client, its servers and its users, from a seed. */
final class Simulation {
  private static final long HEALING_NANOS = SECONDS.toNanos(40);
  private static final int MAX_STEPS = 60_000;

  final SimulatedLoop loop;
  final Chance chance;
  final Ledger ledger;
  final Setting setting;
  private final List<SimulatedServer> servers = new ArrayList<>();
  private final List<PoolEvent> events = new ArrayList<>();
  private final TaskClient client;
  private final SimulatedUsers users;
  private final HeardEvents heardEvents;
  private boolean closing;
  private long lastTaken;

  /** What a run is to be about. */
  interface Race {
    void set(Setting setting, Chance chance);
  }

  Simulation(long seed, boolean traced, Map<String, Integer> counts, Race race) {
    chance = new Chance(seed);
    loop = new SimulatedLoop(chance, traced);
    ledger = new Ledger(loop, counts);
    heardEvents = new HeardEvents(ledger);
    setting = new Setting(chance);
    race.set(setting, chance);
    TaskClient.Builder builder = setting.client().listener(this::heard);
    if (setting.executor) {
      builder.callbacksOn(loop.callbackExecutor());
    }
    if (setting.supervisor) {
      builder.supervisor(new Supervisor());
    }
    listen(builder);
    client = builder.build(loop, chance.fork());
    users = new SimulatedUsers(loop, ledger, client, setting.terms(), setting.habits);
  }

  private void listen(TaskClient.Builder builder) {
    for (int i = 0; i < setting.servers; i++) {
      var server = new SimulatedServer(loop, ledger, "w" + i, setting, capabilities());
      servers.add(server);
      loop.add(server);
      loop.listen(setting.address(i), server);
    }
    if (servers.stream().noneMatch(server -> server.capabilities().isEmpty())
        && chance.percent(60)) {
      builder.greet();
    }
  }

  private Set<Capability> capabilities() {
    if (chance.percent(setting.plain)) {
      return Set.of();
    }
    Set<Capability> some = EnumSet.of(Capability.EX); // none at all is the base protocol
    for (Capability each : Capability.values()) {
      if (chance.percent(setting.extensions)) {
        some.add(each);
      }
    }
    return some;
  }

  private void heard(PoolEvent event) {
    events.add(event);
    heardEvents.heard(event);
    loop.note(() -> "  event " + event);
    ledger.count(event.getClass().getSimpleName());
    if (setting.inOrder && event instanceof PoolEvent.CheckedOut granted) {
      long taken = loop.time() - granted.queued().toNanos();
      ledger.require(taken > lastTaken, () -> "a checkout was granted before an earlier one");
      lastTaken = taken;
    }
    if (setting.interference) {
      users.interfere();
    }
  }

  /** A supervisor that knows, or is late, silent or broken. */
  private final class Supervisor implements SupervisorLink {
    @Override
    public CompletableFuture<Optional<WorkerExit>> exitOf(String workerId) {
      return answered(Optional.empty());
    }

    @Override
    public void kill(String workerId, String reason) {
      ledger.count("supervisor is asked to kill");
      servers.forEach(server -> server.kill(workerId));
    }

    @Override
    public CompletableFuture<Optional<String>> trouble() {
      return answered(Optional.of("all are busy"));
    }
  }

  private <R> CompletableFuture<R> answered(R answer) {
    int kind = chance.below(10);
    if (kind == 0) {
      throw new IllegalStateException("no supervisor");
    }
    if (kind < 4) {
      return CompletableFuture.completedFuture(answer);
    }
    var later = new CompletableFuture<R>();
    if (kind < 9) {
      loop.later(chance.below(400_000_000), "supervisor answers", () -> later.complete(answer));
    }
    return later;
  }

  /** From the first step to the last, with all that must hold on the way and in the end. */
  void run() {
    for (int i = 0; i < setting.users; i++) {
      users.add(chance.between(1, setting.actions));
    }
    if (setting.outages) {
      outage();
    }
    if (setting.close) {
      loop.later(
          chance.below(setting.closeWithinMillis * 1_000_000L),
          "the client is closed",
          this::close);
    }
    runFor(SECONDS.toNanos(chance.between(1, 6)));
    heal();
    runFor(HEALING_NANOS / 2);
    loop.beCalm();
    users.leave();
    runFor(HEALING_NANOS / 2);
    if (!closing) {
      everythingIsServed();
      close();
    }
    runFor(SECONDS.toNanos(5));
    nothingIsLeft();
  }

  private void close() {
    closing = true;
    client.close();
  }

  private void runFor(long nanos) {
    long until = loop.time() + nanos;
    while ((loop.time() < until || loop.isBusy()) && loop.step()) {
      check();
      ledger.require(loop.steps < MAX_STEPS, () -> "it never ends");
    }
  }

  private void outage() {
    loop.later(
        chance.below(800_000_000L),
        "outage",
        () -> {
          SimulatedServer server = chance.of(servers);
          switch (chance.below(3)) {
            case 0 -> server.stop();
            case 1 -> server.sleep(true);
            default -> {
              if (!server.workers.isEmpty()) {
                chance.of(server.workers).die();
              }
            }
          }
          loop.later(
              chance.below(1_000_000_000L),
              "outage is over",
              () -> server.start(chance.percent(80) ? server.capabilities() : capabilities()));
          if (chance.percent(60)) {
            outage();
          }
        });
  }

  /** All servers are there, and what hangs is killed: now everybody must be served. */
  private void heal() {
    loop.note(() -> "all heals");
    for (SimulatedServer server : servers) {
      server.heal();
    }
  }

  private void check() {
    if (loop.hasEnded()) {
      return;
    }
    PoolStats stats = loop.inside(client::stats);
    ledger.require(stats.active() >= 0, () -> "counts do not add up: " + stats);
    ledger.require(stats.total() <= setting.maxWorkers + 1, () -> "too many connections: " + stats);
    ledger.require(
        stats.waiting() <= setting.maxQueue || waitedAgain(), () -> "more wait than may: " + stats);
  }

  /** Checkouts whose worker died before they did anything wait again, however many there are. */
  private boolean waitedAgain() {
    PoolCounters counters = loop.inside(client::counters);
    return counters.deaths() + counters.connectFailures() > 0;
  }

  private void everythingIsServed() {
    for (Ledger.Call call : ledger.calls) {
      ledger.require(
          call.ends == 1,
          () ->
              call
                  + " has no answer, with "
                  + loop.inside(client::stats)
                  + loop.inside(client::counters));
    }
    PoolStats stats = loop.inside(client::stats);
    ledger.require(
        stats.waiting() == 0 && stats.active() == 0,
        () -> "somebody holds on to something: " + stats);
    ledger.require(
        client.core().leftovers().equals("claims=0 waiting=0 deadlines=0"),
        () -> client.core().leftovers());
  }

  private void nothingIsLeft() {
    ledger.require(loop.hasEnded(), () -> "the loop goes on");
    for (Ledger.Call call : ledger.calls) {
      ledger.require(call.ends == 1, () -> call + " has no answer though all is closed");
    }
    ledger.require(loop.openLines() == 0, () -> "lines are open though all is closed");
    ledger.require(loop.pendingTimers() == 0, () -> "timers run though all is closed");
    ledger.require(
        client.core().leftovers().equals("claims=0 waiting=0 deadlines=0"),
        () -> client.core().leftovers());
    users.leave();
    PoolCounters counters = loop.inside(client::counters);
    ledger.require(counters.calls() == counters.ended(), () -> "calls are missing: " + counters);
    ledger.require(
        counters.calls() == heard(PoolEvent.CallEnded.class), () -> "calls: " + counters);
    ledger.require(
        counters.connects() == heard(PoolEvent.Connected.class), () -> "connects " + counters);
    ledger.require(
        counters.connectFailures() == heard(PoolEvent.ConnectFailed.class),
        () -> "connect failures " + counters);
    ledger.require(
        counters.checkouts() == heard(PoolEvent.CheckedOut.class), () -> "co " + counters);
    ledger.require(
        counters.deaths() == heard(PoolEvent.WorkerLost.class), () -> "deaths " + counters);
    ledger.require(
        heard(PoolEvent.Released.class) <= heard(PoolEvent.CheckedOut.class),
        () -> "more were released than were taken");
    long failures =
        events.stream()
            .filter(event -> event instanceof PoolEvent.CallEnded end && end.reason() != null)
            .count();
    ledger.require(
        failures == counters.ended() - counters.succeeded(), () -> "failures " + counters);
  }

  private long heard(Class<? extends PoolEvent> type) {
    return events.stream().filter(type::isInstance).count();
  }

  /** What happened, step by step, where it was traced. */
  @Nullable List<String> trace() {
    return loop.trace;
  }
}
