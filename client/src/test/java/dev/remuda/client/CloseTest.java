package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.33 Closing, and checkouts that are forgotten")
class CloseTest extends ScriptedTest {

  @Test
  @DisplayName("P.33 close fails what is not answered, ends connections, and closes twice as once")
  void close() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Object> checkout = client.checkout();
    var running = checkout.call("running");
    var behind = checkout.call("behind");
    var queued = client.call("queued");
    ScriptedPeer.Line line = peer.accept().greet().expectCall("running");
    client.close();
    assertThat(failure(running))
        .isInstanceOf(CheckoutClosedException.class)
        .hasMessageContaining("its client was closed");
    assertThat(failure(behind)).isInstanceOf(CallSkippedException.class);
    assertThat(failure(queued)).isInstanceOf(CheckoutClosedException.class);
    line.expectEnd();
    client.close();
    checkout.close();
  }

  @Test
  @DisplayName("P.33 calls and checkouts after close fail clearly, and nothing is connected")
  void afterClose() throws Exception {
    TaskClient client = client();
    Checkout<Object> before = client.checkout();
    peer.accept();
    client.close();
    int connections = peer.connections();
    for (var call : List.of(client.call("x"), before.call("x"), client.checkout().call("x"))) {
      assertThat(failure(call))
          .isInstanceOf(CheckoutClosedException.class)
          .hasMessage("x was not called: its client was closed");
    }
    assertThatThrownBy(() -> client.of(Runnable.class).sync().run())
        .isInstanceOf(CheckoutClosedException.class);
    assertThat(client.stats()).isEqualTo(new PoolStats(0, 0, 0, 0));
    before.close();
    assertThat(peer.connections()).isEqualTo(connections);
  }

  @Test
  @DisplayName("P.33 close on the client's own loop does not deadlock")
  void closeOnTheLoop() throws Exception {
    TaskClient client = client();
    var call = client.call("x");
    var later = client.call("y");
    CompletableFuture<Void> closed = call.thenRun(client::close);
    ScriptedPeer.Line line = peer.accept().expectFirstCall("x").answer("1");
    result(closed);
    assertThat(failure(later)).isInstanceOf(CheckoutClosedException.class);
    line.expect("[\"dn\",{}]");
  }

  @Test
  @DisplayName("P.33 many threads close at once: each returns when all is done")
  void closedByMany() throws Exception {
    for (int round = 0; round < 20; round++) {
      TaskClient client = client();
      var call = client.call("x");
      List<Callable<Boolean>> closers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        closers.add(() -> {
          client.close();
          return call.isDone();
        });
      }
      try (var threads = Executors.newFixedThreadPool(6)) {
        for (Future<Boolean> closed : threads.invokeAll(closers)) {
          assertThat(closed.get()).isTrue();
        }
      }
      assertThat(failure(call)).isInstanceOf(CheckoutClosedException.class);
    }
  }

  @Test
  @DisplayName("P.33 calls made while it closes are answered all the same, each with a failure")
  void callsAgainstClose() throws Exception {
    for (int round = 0; round < 20; round++) {
      TaskClient client = client();
      List<CompletableFuture<Object>> calls = new CopyOnWriteArrayList<>();
      Thread caller =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < 300; i++) {
                  calls.add(client.call("x"));
                }
              });
      client.close();
      caller.join();
      for (CompletableFuture<Object> call : calls) {
        assertThat(failure(call)).isInstanceOf(CheckoutClosedException.class);
      }
    }
  }

  @Test
  @DisplayName("P.33 a callback that calls again while the client closes is told so")
  void callsAgainInCallback() throws Exception {
    TaskClient client = client();
    var again =
        client
            .call("x")
            .handle((result, e) -> client.call("y"))
            .thenCompose(y -> y.handle((result, e) -> e));
    peer.accept().expectFirstCall("x");
    client.close();
    assertThat(result(again)).isInstanceOf(CheckoutClosedException.class);
  }

  @Test
  @DisplayName("P.33 close while an abort is awaited completes the call")
  void closeWhileAborting() throws Exception {
    TaskClient client = start(toPeer().greet().timeout(Duration.ofSeconds(1)));
    var call = client.call("x");
    peer.accept().greet().expectCall("x").expect("[\"ab\",{}]");
    client.close();
    assertThat(failure(call)).isInstanceOf(TaskException.class);
  }

  @Test
  @DisplayName("P.33 close while it connects and while it pauses between attempts")
  void closeWithoutServer() throws Exception {
    peer.close();
    TaskClient client = start(toPeer().minWorkers(2));
    var call = client.call("x");
    assertThatCode(client::close).doesNotThrowAnyException();
    assertThat(failure(call)).isInstanceOf(CheckoutClosedException.class);
  }

  @Test
  @DisplayName("P.33 a forgotten checkout is reported with its place, and released")
  void forgotten() throws Exception {
    List<LogRecord> records = new CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            records.add(record);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger("dev.remuda.client");
    logger.addHandler(handler);
    try {
      TaskClient client = client();
      forget(client);
      ScriptedPeer.Line line = peer.accept().expectFirstCall("x").answer("1");
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            System.gc();
            assertThat(client.stats()).isEqualTo(new PoolStats(1, 0, 1, 0));
          });
      line.expect("[\"dn\",{}]");
      assertThat(records)
          .anySatisfy(record -> {
            assertThat(record.getMessage()).contains("never closed");
            assertThat(record.getThrown().getStackTrace())
                .extracting(StackTraceElement::getMethodName)
                .contains("forget");
          });
    } finally {
      logger.removeHandler(handler);
    }
  }

  @SuppressWarnings("MustBeClosedChecker")
  private static void forget(TaskClient client) {
    client.checkout().call("x");
  }
}
