package dev.remuda;

import static dev.remuda.PoolSupport.result;
import static dev.remuda.PoolSupport.workers;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("P.21, P.22 Many checkouts on few workers")
@Timeout(180)
class PoolLoadTest {
  interface Numbers {
    int same(int number);
  }

  /** Answers at once. */
  static final class ServedNumbers implements Numbers {
    @Override
    public int same(int number) {
      return number;
    }
  }

  /**
   * Each checkout makes two calls; with one worker the order of the answers is that of the calls.
   */
  private static void serve(int checkouts, int workers) throws Exception {
    List<Integer> answered = new CopyOnWriteArrayList<>();
    List<CompletableFuture<Integer>> calls = new ArrayList<>();
    try (var pool =
        Pool.builder(Numbers.class, ServedNumbers.class)
            .minWorkers(workers)
            .maxWorkers(workers)
            .start()) {
      for (int i = 0; i < checkouts; i++) {
        int number = i;
        try (var checkout = pool.checkout()) {
          calls.add(checkout.async(n -> n.same(-number)));
          var second = checkout.async(n -> n.same(number));
          second.thenAccept(answered::add);
          calls.add(second);
        }
      }
      for (int i = 0; i < checkouts; i++) {
        assertThat(result(calls.get(2 * i))).isEqualTo(-i);
        assertThat(result(calls.get(2 * i + 1))).isEqualTo(i);
      }
      assertThat(workers(pool).workers()).hasSizeLessThanOrEqualTo(workers + 1);
      assertThat(pool.stats().total()).isLessThanOrEqualTo(workers);
    }
    assertThat(answered).containsExactlyInAnyOrderElementsOf(upTo(checkouts));
    if (workers == 1) {
      assertThat(answered).isEqualTo(upTo(checkouts));
    }
  }

  private static List<Integer> upTo(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  @Test
  @DisplayName("P.21 200 checkouts on one worker are answered in order")
  void oneWorker() throws Exception {
    serve(200, 1);
  }

  @Test
  @DisplayName("P.21 100 checkouts on 5 workers")
  void fiveWorkers() throws Exception {
    serve(100, 5);
  }

  @Test
  @Tag("long")
  @DisplayName("P.21 1,000 checkouts on 20 workers")
  void twentyWorkers() throws Exception {
    serve(1_000, 20);
  }
}
