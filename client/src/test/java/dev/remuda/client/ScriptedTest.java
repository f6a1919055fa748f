package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client and a peer that does what the test says; nothing of either is left after a test. */
@Timeout(90)
abstract class ScriptedTest {
  static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path folder;
  ScriptedPeer peer;
  private final List<TaskClient> clients = new ArrayList<>();
  private final List<ScriptedPeer> peers = new ArrayList<>();

  @BeforeEach
  void listen() throws Exception {
    peer = listening(ScriptedPeer.unix(folder.resolve("s")));
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    clients.forEach(TaskClient::close);
    for (ScriptedPeer each : peers) {
      each.close();
    }
    await("no thread of a client is left")
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("remuda-client", "remuda-callback-watch"));
  }

  ScriptedPeer listening(ScriptedPeer one) {
    peers.add(one);
    return one;
  }

  /** Connects nothing ahead and one worker at the most, so that scripts are short. */
  TaskClient.Builder toPeer() {
    return TaskClient.builder()
        .connect(peer.address())
        .name("t")
        .minWorkers(0)
        .maxWorkers(1)
        .timeout(PATIENCE);
  }

  TaskClient start(TaskClient.Builder builder) {
    TaskClient client = builder.build();
    clients.add(client);
    return client;
  }

  TaskClient client() {
    return start(toPeer());
  }

  /** The worker's side of a connection that the client's only checkout has by now. */
  ScriptedPeer.Line granted(TaskClient client, String... capabilities) throws Exception {
    ScriptedPeer.Line line = peer.accept().greet(ScriptedPeer.worker(capabilities));
    awaitStats(client, new PoolStats(1, 1, 0, 0));
    return line;
  }

  /** What a future failed with. */
  static Throwable failure(CompletableFuture<?> future) {
    Throwable thrown = catchThrowable(() -> future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
    return thrown instanceof ExecutionException ? thrown.getCause() : thrown;
  }

  static <T> T result(CompletableFuture<T> future) throws Exception {
    return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  static void awaitStats(TaskClient client, PoolStats wanted) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(client.stats()).isEqualTo(wanted));
  }
}
