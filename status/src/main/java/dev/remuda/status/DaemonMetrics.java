package dev.remuda.status;

import dev.remuda.Pool;
import dev.remuda.client.PoolEvent;
import dev.remuda.daemon.Daemon;
import dev.remuda.daemon.DurationHistogram;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A daemon's figures for Micrometer; names are documented in docs/status.md. Calls of pools are
 * timed as they end, everything else is read when {@link #refresh} is called, which the status page
 * does at each scrape. Who binds it elsewhere calls that before publishing; it blocks for as long
 * as pools and databases take to tell.
 */
public final class DaemonMetrics implements MeterBinder, AutoCloseable {
  /** Calls of more methods than that are timed as of the method "other". */
  private static final int MOST_METHODS = 100;

  private static final Duration[] LIMITS = {
    Duration.ofMillis(1), Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofMillis(100),
    Duration.ofMillis(500), Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ofMinutes(1)
  };

  private final SnapshotTaker taker;
  private final Set<String> methods = ConcurrentHashMap.newKeySet();
  private final Set<MetricRows> bound = ConcurrentHashMap.newKeySet();
  private final Set<MeterRegistry> registries = ConcurrentHashMap.newKeySet();
  private final Map<Pool<?>, Set<Runnable>> ends = new ConcurrentHashMap<>();
  private final boolean isOwner;

  /** Of a daemon that has been started. */
  public DaemonMetrics(Daemon daemon) {
    this(new SnapshotTaker(daemon, List.of(), SnapshotTaker.FRESH), true);
  }

  DaemonMetrics(SnapshotTaker taker) {
    this(taker, false);
  }

  private DaemonMetrics(SnapshotTaker taker, boolean isOwner) {
    this.taker = taker;
    this.isOwner = isOwner;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    registries.add(registry);
    taker.pools().forEach((name, pool) -> listen(registry, name, pool));
    bound.add(new MetricRows(registry));
  }

  private void listen(MeterRegistry registry, String name, Pool<?> pool) {
    Runnable end = pool.listen(event -> time(registry, name, event));
    ends.computeIfAbsent(pool, _ -> ConcurrentHashMap.newKeySet()).add(end);
  }

  /** Times the calls of one more pool. */
  void add(String name, Pool<?> pool) {
    registries.forEach(registry -> listen(registry, name, pool));
  }

  /** Times those of a pool no more. */
  void remove(Pool<?> pool) {
    Set<Runnable> its = ends.remove(pool);
    if (its != null) {
      its.forEach(Runnable::run);
    }
  }

  private void time(MeterRegistry registry, String pool, PoolEvent event) {
    if (event instanceof PoolEvent.CallEnded ended) {
      boolean known =
          methods.contains(ended.method())
              || (methods.size() < MOST_METHODS && methods.add(ended.method()));
      Timer.builder("remuda.pool.call")
          .description("How long workers ran calls")
          .tag("pool", pool)
          .tag("method", known ? ended.method() : "other")
          .tag("outcome", ended.failure().isEmpty() ? "ok" : "failed")
          .serviceLevelObjectives(LIMITS)
          .register(registry)
          .record(ended.ran());
    }
  }

  /** Reads the daemon's figures anew, unless that was done within the last half second. */
  public void refresh() {
    Snapshot snapshot = taker.snapshot();
    bound.forEach(rows -> rows.update(snapshot));
  }

  /** A figure of a histogram as seconds. */
  static double seconds(DurationHistogram took, double share) {
    return took.count() == 0 ? 0 : took.percentile(share).toNanos() / 1e9;
  }

  /** Times no more calls; what was registered stays. */
  @Override
  public void close() {
    ends.keySet().forEach(this::remove);
    if (isOwner) {
      taker.close();
    }
  }
}
