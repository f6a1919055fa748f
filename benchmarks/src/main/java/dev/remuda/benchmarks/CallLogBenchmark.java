package dev.remuda.benchmarks;

import dev.remuda.Pool;
import dev.remuda.client.Checkout;
import dev.remuda.context.TaskLog;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a log costs a call into which nobody logs: the difference to a call without. To be run with
 * everything on one core, or the scheduler decides the outcome: {@code taskset -c 0 java -cp
 * 'cli/target/remuda/lib/*' org.openjdk.jmh.Main CallLogBenchmark}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public class CallLogBenchmark {
  private @Nullable Pool<EchoService> pool;
  private @Nullable Checkout<EchoService> checkout;
  private @Nullable TaskLog opened;
  private long written;

  /** One worker, which answers before anything is measured. */
  @Setup
  public void start() {
    pool = Pool.of(EchoService.class, EchoWorker.class);
    checkout = pool.checkout();
    plain();
  }

  /** Ends it. */
  @TearDown
  public void stop() {
    if (pool != null) {
      pool.close();
    }
  }

  /** A log that many calls report to. */
  @Setup(Level.Iteration)
  public void open() {
    opened = TaskLog.open(record -> written++);
  }

  /** Writes it. */
  @TearDown(Level.Iteration)
  public void close() {
    if (opened != null) {
      opened.close();
    }
  }

  /** A call without a log. */
  @Benchmark
  public String plain() {
    return java.util.Objects.requireNonNull(checkout).sync().echo(RoundTrips.TEXT);
  }

  /** A call within a log that was opened before. */
  @Benchmark
  public String reported() {
    return java.util.Objects.requireNonNull(opened).during(this::plain);
  }

  /** A call within a log of its own, which is opened for it and written to nowhere. */
  @Benchmark
  public String logged() {
    try (TaskLog log = TaskLog.open(record -> written++)) {
      return log.during(this::plain);
    }
  }
}
