package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.34 A callback that blocks the client's own loop is reported")
class BlockedLoopTest extends ScriptedTest {
  private static final String REPORT = "a callback has been blocking the client's own loop";

  private ScriptedPeer.Line line;

  /** Calls, and gives back the call while the worker still has it. */
  private CompletableFuture<Object> called(TaskClient client) throws Exception {
    var call = client.call("x");
    if (line == null) {
      line = peer.accept().expectFirstCall("x");
    } else {
      line.expect("[\"dn\",{}]").expectCall("x");
    }
    return call;
  }

  private static void blockUntil(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void spin(Duration time) {
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < time.toNanos()) {
      Thread.onSpinWait();
    }
  }

  @Test
  @DisplayName("P.34 one of more than 100 ms is reported once, with the stack where it blocks")
  void blocks() throws Exception {
    TaskClient client = client();
    var release = new CountDownLatch(1);
    try (var log = new LogCapture()) {
      var done = called(client).thenRun(() -> blockUntil(release));
      line.answer("1");
      await().atMost(PATIENCE).until(() -> !log.of(REPORT).isEmpty());
      release.countDown();
      result(done);
      assertThat(log.of(REPORT))
          .singleElement()
          .satisfies(record -> {
            assertThat(record.getMessage()).contains("callbacksOn()").matches("(?s).* [0-9]+ ms.*");
            assertThat(record.getThrown().getStackTrace())
                .extracting(StackTraceElement::getMethodName)
                .contains("blockUntil");
          });
    }
  }

  @Test
  @DisplayName("P.34 each that blocks is reported, and none that does not")
  void eachIsReported() throws Exception {
    TaskClient client = client();
    try (var log = new LogCapture()) {
      for (int i = 1; i <= 2; i++) {
        var release = new CountDownLatch(1);
        var done = called(client).thenRun(() -> blockUntil(release));
        line.answer("1");
        int reports = i;
        await().atMost(PATIENCE).until(() -> log.of(REPORT).size() == reports);
        release.countDown();
        result(done);
      }
      long longest = 0;
      for (int i = 0; i < 10; i++) {
        var took =
            called(client)
                .thenApply(value -> {
                  long begun = System.nanoTime();
                  spin(Duration.ofMillis(20));
                  return System.nanoTime() - begun;
                });
        line.answer("1");
        longest = Math.max(longest, result(took));
      }
      if (longest < CallbackWatch.LIMIT_NANOS / 2) { // else the machine itself was too slow
        assertThat(log.of(REPORT)).hasSize(2);
      }
    }
  }

  @Test
  @DisplayName("P.34 a callback within another is not a callback of its own")
  void nested() throws Exception {
    TaskClient client = client();
    var release = new CountDownLatch(1);
    try (var log = new LogCapture()) {
      var done =
          called(client)
              .thenRun(() -> {
                client.close(); // tells the second call, within this callback
                blockUntil(release);
              });
      var second = client.call("second").handle((value, e) -> e);
      line.answer("1");
      await().atMost(PATIENCE).until(() -> !log.of(REPORT).isEmpty() || done.isDone());
      release.countDown();
      result(done);
      assertThat(result(second)).isInstanceOf(CheckoutClosedException.class);
    }
  }

  @Test
  @DisplayName("P.34 a listener of the pool runs on the loop too, and is reported")
  void listener() throws Exception {
    var release = new CountDownLatch(1);
    try (var log = new LogCapture()) {
      TaskClient client = start(toPeer().listener(event -> blockUntil(release)));
      client.call("x");
      await().atMost(PATIENCE).until(() -> !log.of(REPORT).isEmpty());
      release.countDown();
      peer.accept().expectFirstCall("x").answer("1");
    }
  }

  @Test
  @DisplayName("P.34 callbacks on an executor of one's own may block: nothing is reported")
  void executor() throws Exception {
    try (var executor = Executors.newVirtualThreadPerTaskExecutor();
        var log = new LogCapture()) {
      TaskClient client = start(toPeer().callbacksOn(executor));
      var release = new CountDownLatch(1);
      var done = called(client).thenRun(() -> blockUntil(release));
      line.answer("1").expect("[\"dn\",{}]");
      var other = client.call("other");
      line.expectCall("other").answer("2");
      assertThat(result(other)).isEqualTo(2L);
      long begun = System.nanoTime();
      await()
          .atMost(PATIENCE)
          .until(() -> System.nanoTime() - begun > 3 * CallbackWatch.LIMIT_NANOS);
      release.countDown();
      result(done);
      assertThat(log.of(REPORT)).isEmpty();
    }
  }

  @Test
  @DisplayName("P.34 a client whose callbacks nobody uses has no thread that watches")
  void noThread() throws Exception {
    TaskClient client = client();
    client.stats();
    assertThat(watchers()).isZero();
    var call = called(client);
    line.answer("1");
    result(call);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(watchers()).isEqualTo(1));
    client.close();
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(watchers()).isZero());
  }

  private static long watchers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("remuda-callback-watch"))
        .count();
  }
}
