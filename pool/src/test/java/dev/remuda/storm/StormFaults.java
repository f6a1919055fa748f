package dev.remuda.storm;

import dev.remuda.faults.Direction;
import dev.remuda.faults.FaultProxy;
import dev.remuda.faults.Ledger;
import dev.remuda.faults.MarkedProcesses;
import dev.remuda.faults.MovedClock;
import dev.remuda.faults.Schedule.Step;
import dev.remuda.faults.Signals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Brings the faults of a storm, and writes down when it did. */
final class StormFaults implements AutoCloseable {
  /** The longest that a process is stopped: less than after what its supervisor kills it. */
  private static final long LONGEST_MILLIS = 3_000;

  private static final int BIGGEST_CUT = 300_000;
  private static final Duration FARTHEST = Duration.ofHours(6);

  private record Brought(StormFault fault, long fromMillis, long toMillis, String what) {}

  private final Ledger ledger;
  private final List<StormHost> hosts;
  private final Runnable endsClient;
  private final @Nullable MovedClock clock;
  private final Path folder;
  private final Signals signals = new Signals();
  private final Queue<Brought> brought = new ConcurrentLinkedQueue<>();
  private final Queue<CompletableFuture<Void>> running = new ConcurrentLinkedQueue<>();

  StormFaults(
      Ledger ledger,
      List<StormHost> hosts,
      Runnable endsClient,
      @Nullable MovedClock clock,
      Path folder) {
    this.ledger = ledger;
    this.hosts = hosts;
    this.endsClient = endsClient;
    this.clock = clock;
    this.folder = folder;
  }

  /** Does not block. */
  void bring(Step<StormFault> step) {
    StormHost host = step.of(hosts);
    FaultProxy proxy = host.proxy();
    long millis = step.between(200, LONGEST_MILLIS);
    Duration time = Duration.ofMillis(millis);
    String what =
        switch (step.fault()) {
          case KILL_WORKER -> onWorker(step, pid -> signals.send("KILL", pid));
          case STOP_WORKER -> onWorker(step, pid -> later(() -> signals.pause(pid, time)));
          case SLOW_WORKER -> onWorker(step, pid -> later(() -> signals.slow(pid, time)));
          case KILL_SUPERVISOR -> host.kill();
          case REPLACE_SUPERVISOR -> host.replace();
          case STOP_SUPERVISOR -> {
            long pid = host.pid();
            later(() -> signals.pause(pid, time));
            yield host.name() + " is stopped, pid " + pid;
          }
          case CUT -> onNetwork(host, proxy::cut);
          case CUT_REQUEST ->
              onNetwork(host, () -> proxy.cutAfter(Direction.TO_SERVER, bytes(step)));
          case CUT_ANSWER ->
              onNetwork(host, () -> proxy.cutAfter(Direction.TO_CLIENT, bytes(step)));
          case DELAY ->
              passing(host, time, () -> proxy.delay(Duration.ofMillis(step.between(1, 100))));
          case THROTTLE ->
              passing(host, time, () -> proxy.throttle((int) step.between(20_000, 1_000_000)));
          case HOLD -> passing(host, time, proxy::hold);
          case LOSE -> passing(host, time, proxy::lose);
          case MOVE_CLOCK -> moveClock(step);
          case END_CLIENT -> {
            later(endsClient);
            yield "a client";
          }
        };
    long now = ledger.millis();
    brought.add(new Brought(step.fault(), now, now + millis, what));
  }

  private static int bytes(Step<StormFault> step) {
    return (int) step.between(1, BIGGEST_CUT);
  }

  private interface OnProcess {
    void run(long pid);
  }

  private List<Long> workers() {
    return MarkedProcesses.pids("-Dstorm.log=" + folder + "/", "dev.remuda.worker");
  }

  private String onWorker(Step<StormFault> step, OnProcess fault) {
    List<Long> workers = workers();
    if (workers.isEmpty()) {
      return "there is no worker";
    }
    long pid = step.of(workers);
    fault.run(pid);
    return "worker, pid " + pid;
  }

  private static String onNetwork(StormHost host, Runnable fault) {
    fault.run();
    return "before " + host.name();
  }

  private String passing(StormHost host, Duration time, Runnable fault) {
    fault.run();
    later(() -> {
      LockSupport.parkNanos(time.toNanos());
      host.proxy().heal();
    });
    return "before " + host.name() + " for " + time.toMillis() + " ms";
  }

  private String moveClock(Step<StormFault> step) {
    if (clock == null) {
      return "no compiler, no clock";
    }
    long seconds = step.between(1, FARTHEST.toSeconds()) * (step.pick() % 2 == 0 ? 1 : -1);
    try {
      clock.move(Duration.ofSeconds(seconds));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "by " + seconds + " s";
  }

  private void later(Runnable fault) {
    running.add(CompletableFuture.runAsync(fault, Thread::startVirtualThread));
  }

  /** Whether one of {@code faults} came while an entry was under way, or shortly before. */
  boolean overlapped(Ledger.Entry entry, Set<StormFault> faults, long shortlyMillis) {
    return brought.stream()
        .anyMatch(each ->
            faults.contains(each.fault)
                && each.fromMillis <= entry.toMillis()
                && each.toMillis + shortlyMillis >= entry.fromMillis());
  }

  /** What was brought, until then. */
  String history(long untilMillis) {
    return brought.stream()
        .filter(each -> each.fromMillis <= untilMillis)
        .map(each -> "%6d ms %s: %s".formatted(each.fromMillis, each.fault, each.what))
        .collect(Collectors.joining("\n"));
  }

  /** Waits until each has taken its time; then the network is well. */
  @Override
  public void close() {
    running.forEach(CompletableFuture::join);
    hosts.forEach(host -> host.proxy().heal());
    signals.close();
  }
}
