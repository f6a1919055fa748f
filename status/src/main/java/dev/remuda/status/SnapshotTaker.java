package dev.remuda.status;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.remuda.Pool;
import dev.remuda.daemon.Daemon;
import dev.remuda.daemon.DaemonStats;
import dev.remuda.daemon.PoolSnapshot;
import dev.remuda.daemon.QueueStats;
import dev.remuda.queue.DeadMessage;
import dev.remuda.queue.MessageQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Looks at a daemon, once for all who ask within a short time. */
final class SnapshotTaker {
  static final int DEAD_SHOWN = 5;
  private static final long ANSWER_SECONDS = 1;

  /** So old may be what is told. */
  static final Duration FRESH = Duration.ofMillis(500);

  private final Daemon daemon;
  private final Duration fresh;

  @GuardedBy("watched")
  private final Map<String, Watched> watched = new LinkedHashMap<>();

  private final ProcessUsage usage = new ProcessUsage();

  @GuardedBy("this")
  private @Nullable Snapshot last;

  @GuardedBy("this")
  private long takenNanos;

  /**
   * Begins to hear what happens in the daemon's pools.
   *
   * @param others watched beside them
   * @param fresh for how long a look is told again
   */
  SnapshotTaker(Daemon daemon, List<Watched> others, Duration fresh) {
    this.daemon = daemon;
    this.fresh = fresh;
    daemon.pools().forEach((name, pool) -> add(Watched.OfPool.watch(name, pool)));
    others.forEach(this::add);
  }

  /** Shows one more; of those with the same name the last. */
  void add(Watched one) {
    synchronized (watched) {
      Watched former = watched.put(one.name(), one);
      if (former != null) {
        former.forget();
      }
    }
  }

  /** Shows it no more. */
  void remove(Pool<?> pool) {
    synchronized (watched) {
      watched
          .values()
          .removeIf(one -> {
            boolean itself = one instanceof Watched.OfPool shown && shown.pool().equals(pool);
            if (itself) {
              one.forget();
            }
            return itself;
          });
    }
  }

  private List<Watched> all() {
    synchronized (watched) {
      return List.copyOf(watched.values());
    }
  }

  /** The pools of now by their names. */
  Map<String, Pool<?>> pools() {
    Map<String, Pool<?>> pools = new LinkedHashMap<>();
    for (Watched one : all()) {
      if (one instanceof Watched.OfPool shown) {
        pools.put(shown.name(), shown.pool());
      }
    }
    return pools;
  }

  Daemon daemon() {
    return daemon;
  }

  /** The pool or server of this name. */
  Optional<Watched> watched(String name) {
    synchronized (watched) {
      return Optional.ofNullable(watched.get(name));
    }
  }

  /** Blocks for as long as pools and databases take to tell, a second or so at the most. */
  synchronized Snapshot snapshot() {
    Snapshot known = last;
    if (known != null && System.nanoTime() - takenNanos < fresh.toNanos()) {
      return known;
    }
    Snapshot taken = take();
    last = taken;
    takenNanos = System.nanoTime();
    return taken;
  }

  @GuardedBy("this")
  private Snapshot take() {
    DaemonStats stats = daemon.stats();
    Map<String, PoolSnapshot> pools = new HashMap<>();
    stats.pools().forEach(pool -> pools.put(pool.name(), pool));
    var groups = new ArrayList<WorkerGroup>();
    for (Watched each : all()) {
      PoolSnapshot known = pools.get(each.name());
      groups.add(
          each instanceof Watched.OfPool pool && known != null
              ? pool.look(known, usage)
              : each.look(usage));
    }
    Snapshot.Usage own = usage.of(stats.pid());
    usage.forgetOthers();
    Instant now = Instant.now();
    return new Snapshot(
        now,
        stats,
        own,
        List.copyOf(groups),
        deadMessages(stats),
        Diagnosis.problems(stats, groups, now));
  }

  /** Asked for only where there are any. */
  private Map<String, List<DeadMessage>> deadMessages(DaemonStats stats) {
    Map<String, List<DeadMessage>> dead = new LinkedHashMap<>();
    for (QueueStats queue : stats.queues()) {
      boolean any =
          queue.snapshot().stream()
              .flatMap(shot -> shot.types().stream())
              .anyMatch(type -> type.state().dead() > 0);
      var consumers = daemon.queues().get(queue.name());
      if (any && consumers != null) {
        try {
          dead.put(
              queue.name(), newestDead(consumers.queue()).get(ANSWER_SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException | TimeoutException e) {
          // The page says of the queue itself that its database does not answer.
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
    return dead;
  }

  /** A database that hangs must not hang the page. Drivers of native code pin virtual threads. */
  private static CompletableFuture<List<DeadMessage>> newestDead(MessageQueue queue) {
    var answer = new CompletableFuture<List<DeadMessage>>();
    Thread.ofPlatform()
        .daemon()
        .name("remuda-status-dead")
        .start(() -> {
          try {
            answer.complete(queue.deadMessages(null, DEAD_SHOWN));
          } catch (RuntimeException e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  /** Hears no more of those that go on without the daemon. */
  void close() {
    all().forEach(Watched::forget);
  }

  /** What the threads of this process do; blocks. */
  Optional<String> dump() {
    return ThreadDumps.ofThisProcess();
  }

  /** How long a worker may take to say what its threads do. */
  static Duration patience() {
    return Duration.ofSeconds(5);
  }
}
