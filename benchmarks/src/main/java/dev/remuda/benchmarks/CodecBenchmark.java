package dev.remuda.benchmarks;

import dev.remuda.protocol.Limits;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.MessageReader;
import dev.remuda.protocol.MessageWriter;
import dev.remuda.protocol.Meta;
import dev.remuda.protocol.WireType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
 * What a call of 64 bytes costs in the codec, on both sides: that much of B1's microseconds is ours
 * to change. Run by {@code java -cp 'cli/target/remuda/lib/*' org.openjdk.jmh.Main CodecBenchmark}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CodecBenchmark {
  private final byte[] call =
      ("[\"do\",{},\"echo\",\"" + RoundTrips.TEXT + "\"]").getBytes(StandardCharsets.UTF_8);
  private final List<@Nullable Object> arguments = List.of("echo", RoundTrips.TEXT);
  private final Message reply = new Message.Ok(Meta.EMPTY, RoundTrips.TEXT);
  private final MessageReader reader = new MessageReader(Limits.DEFAULTS);
  private final MessageWriter writer = new MessageWriter(Limits.DEFAULTS);
  private final WireType point = WireType.of(EchoService.Point.class);
  private final Object wirePoint =
      java.util.Map.of("name", "c9a646d3-9c61-4cb7-bfcd-ee2522c8f633", "x", 1.5, "y", 2L);

  /** The worker's side of a request. */
  @Benchmark
  public @Nullable Object readCall() {
    reader.feed(ByteBuffer.wrap(call));
    return reader.next();
  }

  /** The caller's side of a request: arguments encoded, then the message around them. */
  @Benchmark
  public int writeCall() {
    writer.writeDo(Meta.EMPTY, 29_999, 0, 0, writer.encode(arguments));
    return drained();
  }

  /** The worker's side of a reply. */
  @Benchmark
  public int writeReply() {
    writer.write(reply);
    return drained();
  }

  private int drained() {
    int size = writer.written().remaining();
    writer.clear();
    return size;
  }

  /** A record of three, from wire value to what the method takes. */
  @Benchmark
  public @Nullable Object convertRecord() {
    return point.read(wirePoint);
  }
}
