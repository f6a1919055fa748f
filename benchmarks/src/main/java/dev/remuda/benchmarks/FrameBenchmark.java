package dev.remuda.benchmarks;

import dev.remuda.context.Frame;
import dev.remuda.context.FrameLocal;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a frame costs a callback: the difference to the bare one. Run by {@code java -cp
 * 'cli/target/remuda/lib/*' org.openjdk.jmh.Main FrameBenchmark}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FrameBenchmark {
  private static final int BATCH = 1_000;
  private static final FrameLocal<String> USER = FrameLocal.named("user");

  private int ran;

  /** The callback itself. */
  @Benchmark
  public int bare() {
    Runnable callback = () -> ran++;
    callback.run();
    return ran;
  }

  /** Wrapped where no frame is, and run. */
  @Benchmark
  public int wrapped() {
    Frame.runnable(() -> ran++).run();
    return ran;
  }

  /** A thousand callbacks, each wrapped and run in a frame with a binding and a handler. */
  @Benchmark
  @org.openjdk.jmh.annotations.OperationsPerInvocation(BATCH)
  public int wrappedInFrame() {
    Frame.of("request").local(USER, "alice").onError((error, trace) -> ran = 0).run(this::batch);
    return ran;
  }

  private void batch() {
    for (int i = 0; i < BATCH; i++) {
      Frame.runnable(() -> ran++).run();
    }
  }
}
