package dev.remuda.storm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.TestAuthority;
import dev.remuda.client.CallFailedException;
import dev.remuda.client.CallSkippedException;
import dev.remuda.client.CallTimeoutException;
import dev.remuda.client.CheckoutOptions;
import dev.remuda.client.ConnectException;
import dev.remuda.client.PoolCounters;
import dev.remuda.client.PoolStats;
import dev.remuda.client.QueueTimeoutException;
import dev.remuda.client.TaskClient;
import dev.remuda.client.TaskException;
import dev.remuda.client.WorkerDiedException;
import dev.remuda.faults.Executions;
import dev.remuda.faults.Ledger;
import dev.remuda.faults.MarkedProcesses;
import dev.remuda.faults.MovedClock;
import dev.remuda.faults.Schedule;
import dev.remuda.storm.StormCallers.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Everything at once: three supervisors on a unix socket, TCP and TLS, three clients that call them
 * through proxies, and faults by a schedule. Then it is looked at what came of each call.
 */
final class Storm {
  private static final Duration PATIENCE = StormHost.PATIENCE;
  private static final Duration PAUSE = Duration.ofMillis(250);
  private static final Duration QUEUE_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(2);
  private static final int CALLERS_OF_EACH = 3;
  private static final int AFTERWARDS = 20;

  /** A fault may be felt later: by who waits for a worker that is started anew, say. */
  private static final long FELT_MILLIS = QUEUE_TIMEOUT.plus(CALL_TIMEOUT).toMillis();

  private final Schedule<StormFault> schedule;
  private final Path folder;
  private Ledger ledger = new Ledger();
  private final Set<String> inUse = ConcurrentHashMap.newKeySet();
  private final Queue<String> broken = new ConcurrentLinkedQueue<>();
  private final List<StormHost> hosts = new ArrayList<>();
  private final List<AtomicReference<StormClient>> clients = new ArrayList<>();
  private final List<Supplier<TaskClient.Builder>> settings = new ArrayList<>();
  private final Queue<StormClient> everyClient = new ConcurrentLinkedQueue<>();
  private final AtomicInteger nextToEnd = new AtomicInteger();
  private @Nullable StormFaults faults;

  Storm(long seed, Duration length, Path folder) {
    this.schedule = Schedule.draw(seed, length, PAUSE, StormFault.weights());
    this.folder = folder;
  }

  /** Blocks until it is over and everything is found as promised. */
  void run() throws Exception {
    Path shared = Files.createDirectories(folder.resolve("s"));
    MovedClock clock = MovedClock.in(folder).orElse(null);
    var authority = new TestAuthority(shared, "authority");
    authority.issue(shared, "server", "EC", TestAuthority.VALID, "localhost");
    TestAuthority.Issued own = authority.issue(shared, "client");
    try {
      Map<String, String> moved = clock == null ? Map.of() : clock.environment();
      hosts.add(new StormHost(StormHost.Kind.UNIX, "a", shared, moved, ""));
      hosts.add(new StormHost(StormHost.Kind.TCP, "b", shared, moved, "127.0.0.1"));
      hosts.add(new StormHost(StormHost.Kind.TLS, "c", shared, moved, "localhost"));
      addClient(authority, own, List.of(0));
      addClient(authority, own, List.of(1));
      addClient(authority, own, List.of(0, 1, 2));
      blow(clock, shared);
      check(Executions.read(shared.resolve(StormHost.EXECUTIONS)));
      servesAsBefore();
      end(shared);
    } catch (Exception | AssertionError e) {
      throw new AssertionError(report(), e);
    } finally {
      for (AtomicReference<StormClient> each : clients) {
        each.get().close();
      }
      for (StormHost each : hosts) {
        each.close();
      }
      if (clock != null) {
        clock.close();
      }
    }
    nothingIsLeft(shared);
  }

  private void addClient(
      TestAuthority authority, TestAuthority.Issued own, List<Integer> itsHosts) {
    String[] addresses =
        itsHosts.stream().map(i -> hosts.get(i).clientAddress()).toArray(String[]::new);
    boolean tls = String.join(" ", addresses).contains("tls:");
    settings.add(() ->
        (tls
                ? TaskClient.builder().tls(own.certificate(), own.key(), authority.file)
                : TaskClient.builder())
            .connect(addresses)
            .minWorkers(1)
            .maxWorkers(4)
            .queueTimeout(QUEUE_TIMEOUT)
            .callTimeout(CALL_TIMEOUT)
            .greet());
    clients.add(new AtomicReference<>(start(settings.size() - 1)));
  }

  private StormClient start(int number) {
    var client = new StormClient(settings.get(number), inUse, broken::add);
    everyClient.add(client);
    return client;
  }

  private void endClient() {
    int number = nextToEnd.getAndIncrement() % clients.size();
    clients.get(number).getAndSet(start(number)).close();
  }

  private void blow(@Nullable MovedClock clock, Path shared) throws Exception {
    ledger = new Ledger(); // its clock is the schedule's
    try (var callers = new StormCallers(ledger);
        var bringing = new StormFaults(ledger, hosts, this::endClient, clock, shared)) {
      faults = bringing;
      for (int i = 0; i < clients.size() * CALLERS_OF_EACH; i++) {
        int number = i % clients.size();
        callers.add(clients.get(number), number + "." + i, schedule.seed() * 100 + i);
      }
      schedule.play(bringing::bring);
    }
    for (StormHost each : hosts) {
      each.awaitChanged();
    }
  }

  private void check(Map<String, List<String>> executions) {
    List<String> problems = ledger.problems(executions);
    problems.addAll(broken);
    for (Ledger.Entry entry : ledger.entries()) {
      String problem = problem(entry, executions.getOrDefault(entry.id(), List.of()));
      if (problem != null) {
        problems.add(problem + ": " + entry);
      }
    }
    assertThat(problems).isEmpty();
    countersAddUp();
  }

  private @Nullable String problem(Ledger.Entry entry, List<String> runs) {
    Kind kind = Kind.of(entry);
    Throwable failure = entry.failure();
    if (failure == null) {
      return Set.of(Kind.FAIL, Kind.SLOW, Kind.CANCEL).contains(kind) ? "it has a result" : null;
    }
    return switch (failure) {
      case CancellationException _ when kind == Kind.CANCEL -> null;
      case CallFailedException error when kind == Kind.FAIL ->
          error.getMessage().contains("as asked: " + entry.id()) ? null : "another's error";
      case CallTimeoutException _ when kind == Kind.SLOW || kind == Kind.CANCEL -> null;
      case CallSkippedException error when kind == Kind.HELD ->
          runs.isEmpty() || error.mayHaveRun() ? null : "skipped, and ran";
      case QueueTimeoutException _ when !runs.isEmpty() && kind != Kind.AGAIN ->
          "never sent, and ran";
      case ConnectException _ when !runs.isEmpty() && kind != Kind.AGAIN -> "never sent, and ran";
      case TaskException error ->
          overlapped(entry, StormFault.behind(error)) ? null : "no fault was there for that";
      default -> "not an error that there may be";
    };
  }

  private boolean overlapped(Ledger.Entry entry, Set<StormFault> possible) {
    return faults != null && faults.overlapped(entry, possible, FELT_MILLIS);
  }

  private long ended(Class<? extends Throwable> how) {
    return ledger.entries().stream().filter(each -> how.isInstance(each.failure())).count();
  }

  private void countersAddUp() {
    assertThat(sum(PoolCounters::ended)).isEqualTo(sum(PoolCounters::calls));
    assertThat(sum(PoolCounters::succeeded))
        .isEqualTo(ledger.entries().stream().filter(Ledger.Entry::succeeded).count());
    counted(PoolCounters::failed, ended(CallFailedException.class));
    counted(PoolCounters::died, ended(WorkerDiedException.class));
    counted(PoolCounters::timedOut, ended(CallTimeoutException.class));
    counted(PoolCounters::skipped, ended(CallSkippedException.class));
    counted(
        PoolCounters::notServed,
        ended(QueueTimeoutException.class) + ended(ConnectException.class));
    assertThat(sum(PoolCounters::refused)).isZero();
    assertThat(sum(PoolCounters::garbled)).isZero();
    assertThat(sum(PoolCounters::checkouts))
        .isEqualTo(everyClient.stream().mapToLong(each -> each.checkedOut.get()).sum());
  }

  /** A future that was cancelled hears no more that its call had come to another end by then. */
  private void counted(ToLongFunction<PoolCounters> counter, long heard) {
    assertThat(sum(counter)).isBetween(heard, heard + ended(CancellationException.class));
  }

  private long sum(ToLongFunction<PoolCounters> counter) {
    return everyClient.stream().mapToLong(each -> counter.applyAsLong(each.counters())).sum();
  }

  private void servesAsBefore() {
    var patient = CheckoutOptions.NONE.queueTimeout(PATIENCE).callTimeout(PATIENCE);
    for (AtomicReference<StormClient> each : clients) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            PoolStats stats = each.get().client.stats();
            assertThat(stats.active()).as(stats.toString()).isZero();
            assertThat(stats.waiting()).as(stats.toString()).isZero();
          });
      for (int i = 0; i < AFTERWARDS; i++) {
        String id = "AFTER-" + i;
        assertThat(each.get().work.with(patient).async(w -> w.big(id, "")).join()).isEqualTo(id);
      }
    }
  }

  /** Without clients each supervisor has its one standby and nothing else. */
  private void end(Path shared) {
    clients.forEach(each -> each.get().close());
    for (StormHost each : hosts) {
      each.awaitFormerEnded();
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(each.states()).as(each.name()).containsExactly("STANDBY"));
    }
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(MarkedProcesses.pids("-Dstorm.log=" + shared + "/")).hasSize(hosts.size()));
  }

  private static void nothingIsLeft(Path shared) throws Exception {
    assertThat(MarkedProcesses.pids(shared + "/")).isEmpty();
    try (var files = Files.list(shared)) {
      assertThat(files.map(each -> each.getFileName().toString()))
          .as("no socket, no lock, no crash report")
          .filteredOn(name -> !name.endsWith(".pem") && !name.endsWith(".key"))
          .containsOnly(StormHost.EXECUTIONS, "a.err", "b.err", "c.err", "crashes");
      try (var crashes = Files.list(shared.resolve("crashes"))) {
        assertThat(crashes).isEmpty();
      }
    }
  }

  private String report() {
    StormFaults all = faults;
    return "to play it again: -Dstorm.seed="
        + schedule.seed()
        + "\n"
        + schedule
        + "\nwhat was brought:\n"
        + (all == null ? "nothing" : all.history(Long.MAX_VALUE));
  }

  /** What came of it, in a line. */
  String summary() {
    long ok = ledger.entries().stream().filter(Ledger.Entry::succeeded).count();
    return "seed %d: %d calls, %d results, %d died, %d timed out, %d not served, %d skipped"
        .formatted(
            schedule.seed(),
            ledger.entries().size(),
            ok,
            ended(WorkerDiedException.class),
            ended(CallTimeoutException.class),
            ended(QueueTimeoutException.class) + ended(ConnectException.class),
            ended(CallSkippedException.class));
  }
}
