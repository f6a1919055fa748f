package dev.remuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.client.Checkout;
import dev.remuda.client.PoolCounters;
import dev.remuda.client.PoolEvent;
import dev.remuda.server.ServerStats;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("P.29 Idle workers that are killed at random, under load")
@Timeout(150)
class IdleKillTest {
  private static final int CALLERS = 2;
  private static final int WORKERS = 4;
  private static final int KILLS = 25;

  /** Serves its process number. */
  static final class Served {
    /** The worker's process number. */
    public long pid() {
      return ProcessHandle.current().pid();
    }
  }

  /** The workers that have a checkout, by their description; written by the client's loop. */
  private final Set<String> busy = ConcurrentHashMap.newKeySet();

  /** The server may still list them. */
  private final Set<Long> killed = new HashSet<>();

  private final Random random = new Random(29);

  private void heard(PoolEvent event) {
    switch (event) {
      case PoolEvent.CheckedOut(String worker, var _) -> busy.add(worker);
      case PoolEvent.Released(String worker, var _) -> busy.remove(worker);
      case PoolEvent.WorkerLost(String worker, var _) -> busy.remove(worker);
      default -> {
        // No worker changes hands.
      }
    }
  }

  @Test
  @DisplayName("P.29 fail 0 calls, of which those sent to a dead one are sent again")
  void failNoCall() throws Exception {
    var over = new AtomicBoolean();
    var callers = new ArrayList<CompletableFuture<Void>>();
    try (Pool<Object> pool =
            Pool.builder(Served.class)
                .minWorkers(WORKERS)
                .maxWorkers(WORKERS)
                .jvmArguments("-Xmx64m")
                .listener(this::heard)
                .start();
        var threads = Executors.newFixedThreadPool(CALLERS)) {
      for (int i = 0; i < CALLERS; i++) {
        callers.add(
            CompletableFuture.runAsync(
                () -> {
                  while (!over.get()) {
                    assertThat((Long) pool.call("pid").join()).isPositive();
                  }
                },
                threads));
      }
      try {
        while (killed.size() < KILLS) {
          connectAll(pool);
          killIfIdle(pool);
        }
      } finally {
        over.set(true);
      }
      for (CompletableFuture<Void> caller : callers) {
        PoolSupport.result(caller);
      }
      await().atMost(PoolSupport.PATIENCE).until(() -> pool.counters().deaths() >= KILLS);
      PoolCounters counters = pool.counters();
      assertThat(counters.succeeded()).isEqualTo(counters.calls()).isPositive();
    }
  }

  /** A client connects to a worker only where no other is idle. */
  private static void connectAll(Pool<Object> pool) throws Exception {
    var checkouts = new ArrayList<Checkout<Object>>();
    var calls = new ArrayList<CompletableFuture<?>>();
    for (int i = 0; i < WORKERS; i++) {
      Checkout<Object> checkout = pool.checkout();
      checkouts.add(checkout);
      calls.add(checkout.call("pid"));
    }
    for (CompletableFuture<?> call : calls) {
      PoolSupport.result(call);
    }
    checkouts.forEach(Checkout::close);
  }

  /**
   * A worker that is stopped reads nothing. If it has no checkout then, it is idle for good: what
   * it is sent from here on it never runs.
   */
  private void killIfIdle(Pool<Object> pool) throws Exception {
    List<ServerStats.Worker> serving =
        PoolSupport.workers(pool).workers().stream()
            .filter(worker -> worker.state().equals("BUSY") && !killed.contains(worker.pid()))
            .toList();
    if (serving.isEmpty()) {
      return;
    }
    ServerStats.Worker victim = serving.get(random.nextInt(serving.size()));
    PoolSupport.signal("STOP", victim.pid());
    await().atMost(PoolSupport.PATIENCE).until(() -> PoolSupport.isStopped(victim.pid()));
    pool.stats(); // the loop has told what it had to tell until now
    boolean idle = busy.stream().noneMatch(worker -> worker.contains("pid " + victim.pid() + ")"));
    PoolSupport.signal(idle ? "KILL" : "CONT", victim.pid());
    if (idle) {
      killed.add(victim.pid());
    }
  }
}
