package dev.remuda.benchmarks;

import dev.remuda.Pool;
import dev.remuda.client.PoisonRule;
import dev.remuda.client.PoolEvent;
import dev.remuda.client.WorkerDiedException;
import dev.remuda.server.AotCache;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * B9: a worker with a heap of 256 MiB at the most is killed in the middle of a call: until its
 * client knows, until the caller has the exception with the autopsy, and until another worker has
 * served, with none on standby.
 */
final class DeathRow implements Row {
  private static final int SAMPLES = 5;
  private static final long PATIENCE_SECONDS = 60;

  /** What the killed workers serve. */
  public static final class Sleeper {
    /** The worker's process number. */
    public long pid() {
      return ProcessHandle.current().pid();
    }

    /** Never answers within a measurement. */
    public void sleep() throws InterruptedException {
      Thread.sleep(TimeUnit.HOURS.toMillis(1));
    }
  }

  /** One death, in nanoseconds from the kill. */
  private record Death(double known, double told, double replaced) {}

  @Override
  public List<Line> measure(BenchOptions options, Toolbox tools, Progress progress)
      throws IOException {
    BlockingQueue<Long> losses = new LinkedBlockingQueue<>();
    try (Pool<Object> pool =
        Pool.builder(Sleeper.class)
            .aotCache(AotCache.OFF)
            .minWorkers(1)
            .maxWorkers(1)
            .jvmArguments("-Xmx256m")
            .poison(PoisonRule.OFF)
            .listener(event -> {
              if (event instanceof PoolEvent.WorkerLost) {
                losses.add(System.nanoTime());
              }
            })
            .start()) {
      progress.say("B9: warming up");
      death(pool, losses);
      var known = new Series("killed in a call: its client knows", Unit.MILLIS);
      var told = new Series("killed in a call: its caller has the autopsy", Unit.MILLIS);
      var replaced = new Series("killed in a call: another worker has served", Unit.MILLIS);
      for (int round = 0; round < options.rounds(); round++) {
        progress.round("B9", round, options.rounds());
        int samples = options.quick() ? 1 : SAMPLES;
        double[][] all = new double[3][samples];
        for (int i = 0; i < samples; i++) {
          Death death = death(pool, losses);
          all[0][i] = death.known / 1e6;
          all[1][i] = death.told / 1e6;
          all[2][i] = death.replaced / 1e6;
        }
        known.add(Series.median(all[0]));
        told.add(Series.median(all[1]));
        replaced.add(Series.median(all[2]));
      }
      return List.of(
          line(known, new Bar.AtMost(5, Unit.MILLIS)),
          line(told, new Bar.None()),
          line(replaced, new Bar.AtMost(100, Unit.MILLIS)));
    }
  }

  private static Line line(Series series, Bar bar) {
    return new Line("B9", series.name(), series, List.of(), List.of(), bar);
  }

  private static Death death(Pool<Object> pool, BlockingQueue<Long> losses) throws IOException {
    long pid = (Long) Objects.requireNonNull(pool.call("pid").join());
    ProcessHandle victim = ProcessHandle.of(pid).orElseThrow();
    losses.clear();
    CompletableFuture<@Nullable Object> call = pool.call("sleep");
    Servers.settle(20); // it is in the middle of it
    long begin = System.nanoTime();
    victim.destroyForcibly();
    long told;
    try {
      call.join();
      throw new IOException("the killed worker has answered");
    } catch (CompletionException e) {
      told = System.nanoTime();
      if (!(e.getCause() instanceof WorkerDiedException)) {
        throw new IOException("the killed worker's caller was told otherwise: " + e.getCause(), e);
      }
    }
    pool.call("pid").join();
    long replaced = System.nanoTime();
    try {
      Long known = losses.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (known == null) {
        throw new IOException("the client never said that it knows");
      }
      return new Death(known - begin, told - begin, replaced - begin);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
