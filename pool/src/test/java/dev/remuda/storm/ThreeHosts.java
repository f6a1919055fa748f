package dev.remuda.storm;

import static org.awaitility.Awaitility.await;

import dev.remuda.client.TaskClient;
import dev.remuda.client.TypedClient;
import dev.remuda.faults.Signals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Three servers as if on three hosts, each on an address of its own with a network before it: one
 * is killed, one is cut off, one drains, while calls are made at a steady rate.
 */
final class ThreeHosts {
  static final int CALLERS = 12;
  private static final long BETWEEN_NANOS = 8_000_000;
  private static final long WARM_UP_NANOS = 2_000_000_000;

  /** In seconds of {@link #run}. */
  enum Event {
    KILLED(2, "host 1 is killed"),
    BACK(3.5, "it is started again"),
    CUT_OFF(5, "host 2 is cut off"),
    HEALED(8, "its network heals"),
    DRAINS(9, "host 3 drains"),
    END(11, "");

    final double at;
    final String what;

    Event(double at, String what) {
      this.at = at;
      this.what = what;
    }
  }

  /** One call: when it was made, in milliseconds, how long it took, and what came of it. */
  record Call(double atMillis, double tookMillis, String error) {
    boolean failed() {
      return !error.isEmpty();
    }

    double endMillis() {
      return atMillis + tookMillis;
    }
  }

  /** What came of it. */
  record Story(List<Call> calls, Map<Event, Double> eventMillis) {
    /** Calls that ended between two events, or from or until one where the other is null. */
    List<Call> between(@Nullable Event from, @Nullable Event to) {
      double begin = from == null ? 0 : eventMillis.get(from);
      double end = to == null ? Double.MAX_VALUE : eventMillis.get(to);
      return calls.stream().filter(c -> c.endMillis() >= begin && c.endMillis() < end).toList();
    }
  }

  private final Duration callTimeout;
  private final Map<Event, Double> eventMillis = new EnumMap<>(Event.class);
  private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
  private final List<StormHost> hosts = new ArrayList<>();
  private CompletableFuture<?> back = CompletableFuture.completedFuture(null);
  private volatile boolean over;

  /**
   * Three hosts that are to be broken.
   *
   * @param callTimeout for each call
   */
  ThreeHosts(Duration callTimeout) {
    this.callTimeout = callTimeout;
  }

  /** Blocks until it is over. */
  Story run(Path folder, Duration second) throws Exception {
    try (var signals = new Signals()) {
      for (int i = 1; i <= 3; i++) {
        Path own = Files.createDirectory(folder.resolve("host" + i));
        hosts.add(new StormHost(StormHost.Kind.TCP, "host" + i, own, Map.of(), "127.0.0." + i));
      }
      try (TaskClient client = connected()) {
        play(client.of(StormWork.class), second, signals);
      }
    } finally {
      for (StormHost each : hosts) {
        each.close();
      }
    }
    return new Story(List.copyOf(calls), Map.copyOf(eventMillis));
  }

  /** By a network only to the host that is cut off: nobody answers for one that is down. */
  private TaskClient connected() {
    TaskClient client =
        TaskClient.builder()
            .connect(
                hosts.getFirst().serverAddress(),
                hosts.get(1).clientAddress(),
                hosts.getLast().serverAddress())
            .minWorkers(CALLERS)
            .maxWorkers(CALLERS)
            .queueTimeout(StormHost.PATIENCE)
            .callTimeout(callTimeout)
            .greet()
            .build();
    await().atMost(StormHost.PATIENCE).until(() -> client.stats().idle() == CALLERS);
    return client;
  }

  private void play(TypedClient<StormWork> work, Duration second, Signals signals)
      throws Exception {
    long begin = System.nanoTime() + WARM_UP_NANOS;
    var callers = new ArrayList<Thread>();
    for (int i = 0; i < CALLERS; i++) {
      int number = i;
      callers.add(Thread.ofVirtual().start(() -> call(work, number, begin)));
    }
    for (Event each : Event.values()) {
      long due = begin + (long) (second.toNanos() * each.at);
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      eventMillis.put(each, (System.nanoTime() - begin) / 1e6);
      happens(each, signals);
    }
    over = true;
    for (Thread each : callers) {
      each.join();
    }
  }

  private void happens(Event event, Signals signals) throws Exception {
    switch (event) {
      case KILLED -> hosts.getFirst().turnOff(signals);
      case BACK -> back = hosts.getFirst().startLater();
      case CUT_OFF -> hosts.get(1).proxy().lose();
      case HEALED -> hosts.get(1).proxy().heal();
      case DRAINS -> hosts.getLast().ask("drain");
      case END -> {
        back.join();
        hosts.getLast().awaitEnded();
      }
    }
  }

  private void call(TypedClient<StormWork> work, int caller, long begin) {
    for (int i = 0; !over; i++) {
      String id = caller + "-" + i;
      long made = System.nanoTime();
      String error =
          work.async(w -> w.once(id, 1))
              .handle((_, e) -> e == null ? "" : e.getClass().getSimpleName())
              .join();
      long took = System.nanoTime() - made;
      if (made >= begin) {
        calls.add(new Call((made - begin) / 1e6, took / 1e6, error));
      }
      LockSupport.parkNanos(BETWEEN_NANOS - Math.min(took, BETWEEN_NANOS));
    }
  }
}
