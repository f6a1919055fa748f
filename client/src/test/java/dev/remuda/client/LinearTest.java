package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.protocol.Address;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.32 The cost of a long queue")
class LinearTest {
  private static final int FEW = 1_000;
  private static final int MANY = 20_000;

  /** Far more than noise, far less than the 400 of a queue that is walked. */
  private static final int MOST_TIMES = 100;

  /** Puts so many calls in the queue, and has them answered, or not. */
  private interface Load {
    void run(int calls);
  }

  private static final class Bench {
    final SimulatedLoop loop = SimulatedLoop.patient();
    final Setting setting = new Setting(new Chance(1));
    final SimulatedServer server;
    final TaskClient client;
    final List<CompletableFuture<Object>> calls = new ArrayList<>();

    Bench() {
      setting.plain = 0;
      server = new SimulatedServer(loop, new Ledger(loop, new TreeMap<>()), "w", setting, Set.of());
      Address address = new Address.Unix(Path.of("/s"));
      loop.add(server);
      loop.listen(address, server);
      client =
          TaskClient.builder()
              .connect(address)
              .minWorkers(0)
              .maxWorkers(4)
              .timeout(Duration.ofDays(1))
              .build(loop, new SplittableRandom(1));
    }

    void queue(int count) {
      for (int i = 0; i < count; i++) {
        calls.add(client.call("kill", i));
      }
    }
  }

  @Test
  @DisplayName("P.32 20,000 that are cancelled in the queue, last first, take 20 times 1,000")
  void cancelled() {
    compare(count -> {
      var bench = new Bench();
      bench.server.sleep(true);
      bench.queue(count);
      bench.loop.settle();
      for (CompletableFuture<Object> call : bench.calls.reversed()) {
        call.cancel(true);
      }
      bench.loop.settle();
      assertThat(bench.loop.inside(bench.client::stats).waiting()).isZero();
    });
  }

  @Test
  @DisplayName("P.32 20,000 that run out of time at once take 20 times what 1,000 take")
  void expired() {
    compare(count -> {
      var bench = new Bench();
      bench.server.sleep(true);
      bench.queue(count);
      bench.loop.runFor(Duration.ofDays(1).plusMillis(1).toNanos());
      assertThat(bench.calls).allMatch(CompletableFuture::isCompletedExceptionally);
    });
  }

  @Test
  @DisplayName("P.32 20,000 whose client is closed take 20 times what 1,000 take")
  void closed() {
    compare(count -> {
      var bench = new Bench();
      bench.server.sleep(true);
      bench.queue(count);
      bench.loop.settle();
      bench.client.close();
      bench.loop.settle();
      assertThat(bench.calls).allMatch(CompletableFuture::isCompletedExceptionally);
    });
  }

  private static void compare(Load load) {
    load.run(FEW);
    load.run(FEW); // warm
    long few = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      few = Math.min(few, nanos(load, FEW));
    }
    long many = nanos(load, MANY);
    assertThat(many).isLessThan(few * MOST_TIMES);
  }

  private static long nanos(Load load, int count) {
    long begun = System.nanoTime();
    load.run(count);
    return System.nanoTime() - begun;
  }
}
