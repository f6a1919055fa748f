package dev.remuda.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.client.Calls;
import dev.remuda.client.TaskClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/** Clients that call without a break, each for itself, and keep whatever goes wrong. */
final class SteadyCallers implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CALLS_OF_A_CHECKOUT = 3;

  /** Then a client connects anew, beside those that do so because they were asked back. */
  private static final int MAX_CHECKOUTS = 2_000;

  private final List<TaskClient> clients = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicIntegerArray answered;
  private volatile boolean over;

  /** One client calls at each of the addresses, which may be named several times. */
  SteadyCallers(List<String> addresses) {
    answered = new AtomicIntegerArray(addresses.size());
    for (int i = 0; i < addresses.size(); i++) {
      int number = i;
      TaskClient client =
          TaskClient.builder()
              .connect(addresses.get(i))
              .minWorkers(1)
              .maxWorkers(1)
              .maxCheckouts(MAX_CHECKOUTS)
              .timeout(PATIENCE)
              .build();
      clients.add(client);
      threads.add(Thread.ofPlatform().name("caller " + i).start(() -> callOn(client, number)));
    }
  }

  /** By turns alone and several on the same worker. */
  private void callOn(TaskClient client, int number) {
    try {
      for (int i = 0; !over; i++) {
        assertThat(echo(client.untyped(), i)).isEqualTo(List.of((long) i));
        try (var checkout = client.checkout()) {
          for (int j = 0; j < CALLS_OF_A_CHECKOUT; j++) {
            assertThat(echo(checkout, j)).isEqualTo(List.of((long) j));
          }
        }
        answered.addAndGet(number, 1 + CALLS_OF_A_CHECKOUT);
      }
    } catch (Exception | AssertionError e) {
      failures.add(e);
    }
  }

  private static @Nullable Object echo(Calls<Object> calls, int what) throws Exception {
    return calls.call("echo", what).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** How many calls were answered. */
  int answered() {
    int sum = 0;
    for (int i = 0; i < answered.length(); i++) {
      sum += answered.get(i);
    }
    return sum;
  }

  /** Waits until each client has had so many more answers. */
  void awaitMore(int calls) {
    for (int i = 0; i < answered.length(); i++) {
      int number = i;
      int goal = answered.get(i) + calls;
      await("client " + i)
          .atMost(PATIENCE)
          .until(() -> answered.get(number) >= goal || !failures.isEmpty());
    }
    assertThat(failures).isEmpty();
  }

  /** Waits for the calls under way. */
  @Override
  public void close() {
    over = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    clients.forEach(TaskClient::close);
    assertThat(failures).isEmpty();
  }
}
