package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.23 callStream: how streams end before their time")
class StreamEndTest extends ScriptedTest {
  private static final String ABORT = "[\"ab\",{}]";
  private static final String ABORTED = "[\"er\",{\"ab\":1},\"aborted\"]";

  interface Import {
    long load();
  }

  record Picky(int number) {
    Picky {
      if (number < 0) {
        throw new AssertionError("refused hard");
      }
    }
  }

  private TaskClient client;
  private CallStream<Object, Object> stream;
  private ScriptedPeer.Line line;

  private void streams() throws Exception {
    client = start(toPeer().greet());
    stream = client.untyped().callStream("x");
    line = sent("x");
  }

  private ScriptedPeer.Line sent(String method) throws Exception {
    return peer.accept()
        .greet(StreamTest.STREAMS)
        .expect("[\"do\",{\"pr\":32},\"" + method + "\"]");
  }

  private Recorder<Object> subscribed() {
    var subscriber = new Recorder<>(Long.MAX_VALUE);
    stream.subscribe(subscriber);
    return subscriber;
  }

  @Test
  @DisplayName("P.23, P.28 to cancel the subscription gives the call up, and nothing follows")
  void cancel() throws Exception {
    streams();
    var subscriber = subscribed();
    line.send("[\"pr\",{},1]");
    subscriber.awaitValues(1);
    subscriber.cancel();
    subscriber.cancel();
    line.expect(ABORT).send("[\"pr\",{},2]" + ABORTED).expectEnd();
    assertThat(failure(stream.result()))
        .isInstanceOf(CallCancelledException.class)
        .hasMessageContaining("its stream was cancelled");
    client.stats();
    assertThat(subscriber.values()).containsExactly(1L);
    assertThat(subscriber.ends()).isZero();
  }

  @Test
  @DisplayName(
      "P.23, P.28 to cancel the subscription of a call that waits takes it out of the queue")
  void cancelWaiting() throws Exception {
    client = start(toPeer().greet());
    Checkout<Object> holder = client.checkout();
    line = granted(client, "pr");
    stream = client.untyped().callStream("x");
    var subscriber = subscribed();
    subscriber.cancel();
    assertThat(failure(stream.result())).isInstanceOf(CallCancelledException.class);
    awaitStats(client, new PoolStats(1, 1, 0, 0));
    holder.close();
    awaitStats(client, new PoolStats(1, 0, 1, 0));
    line.expectNothingFrom(client);
  }

  @Test
  @DisplayName("P.23, P.28 to cancel the result gives the call up, and the subscriber hears so")
  void cancelResult() throws Exception {
    streams();
    var subscriber = subscribed();
    assertThat(stream.result().cancel(true)).isTrue();
    line.expect(ABORT).send(ABORTED);
    subscriber.awaitEnd();
    assertThat(subscriber.failure()).isInstanceOf(CallCancelledException.class);
  }

  @Test
  @DisplayName("P.23 who cancels within a value gets no other, though more have come")
  void cancelWithin() throws Exception {
    streams();
    line.send("[\"pr\",{},1][\"pr\",{},2][\"pr\",{},3]");
    var subscriber =
        new Recorder<>(Long.MAX_VALUE) {
          @Override
          public void onNext(Object value) {
            super.onNext(value);
            cancel();
          }
        };
    stream.subscribe(subscriber);
    line.expect(ABORT).send(ABORTED);
    assertThat(failure(stream.result())).isInstanceOf(CallCancelledException.class);
    assertThat(subscriber.values()).containsExactly(1L);
    assertThat(subscriber.ends()).isZero();
  }

  @Test
  @DisplayName(
      "P.23 a subscriber that throws is heard of in the log, gets no more, its call is given up")
  void subscriberThrows() throws Exception {
    streams();
    line.send("[\"pr\",{},1][\"pr\",{},2][\"pr\",{},3]");
    try (var log = new LogCapture()) {
      var subscriber =
          new Recorder<>(Long.MAX_VALUE) {
            @Override
            public void onNext(Object value) {
              super.onNext(value);
              throw new IllegalStateException("mine");
            }
          };
      stream.subscribe(subscriber);
      line.expect(ABORT).send(ABORTED);
      assertThat(failure(stream.result()))
          .isInstanceOf(CallCancelledException.class)
          .hasMessageContaining("its subscriber threw java.lang.IllegalStateException: mine");
      assertThat(subscriber.values()).containsExactly(1L);
      assertThat(log.of("a subscriber threw")).hasSize(1);
    }
    var next = client.call("next");
    peer.accept().greet().expectCall("next").answer("1");
    assertThat(result(next)).isEqualTo(1L);
  }

  @Test
  @DisplayName(
      "P.23 to ask for no value is an error of the subscriber: told once, the call is given up")
  void requestNone() throws Exception {
    for (long bad : new long[] {0, -1}) {
      streams();
      var subscriber = new Recorder<>(1);
      stream.subscribe(subscriber);
      subscriber.request(bad);
      subscriber.request(bad);
      line.expect(ABORT).send(ABORTED);
      subscriber.awaitEnd();
      assertThat(subscriber.failure())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("request(" + bad + ")");
      assertThat(failure(stream.result())).isInstanceOf(CallCancelledException.class);
      client.stats();
      assertThat(subscriber.ends()).isEqualTo(1);
      line.expectEnd();
    }
  }

  @Test
  @DisplayName(
      "P.23 a call that fails ends its stream with the reason, once, without waiting for demand")
  void failing() throws Exception {
    streams();
    var subscriber = new Recorder<>(1);
    stream.subscribe(subscriber);
    line.send("[\"pr\",{},1][\"pr\",{},2][\"er\",{},\"no\"]");
    subscriber.awaitEnd();
    assertThat(subscriber.values()).containsExactly(1L);
    assertThat(subscriber.failure()).isInstanceOf(CallFailedException.class);
    assertThat(failure(stream.result())).isSameAs(subscriber.failure());
    subscriber.request(5);
    client.stats();
    assertThat(subscriber.ends()).isEqualTo(1);
    assertThat(subscriber.values()).containsExactly(1L);
  }

  @Test
  @DisplayName("P.23, P.25 the deadline runs while the subscriber takes its time")
  void deadline() throws Exception {
    client = start(toPeer().greet().callTimeout(Duration.ofMillis(300)));
    stream = client.untyped().callStream("x");
    var subscriber = new Recorder<>(0);
    stream.subscribe(subscriber);
    line = sent("x").send("[\"pr\",{},1]").expect(ABORT).send(ABORTED);
    subscriber.awaitEnd();
    assertThat(subscriber.failure()).isInstanceOf(CallTimeoutException.class);
  }

  @Test
  @DisplayName("P.23 progress of null, or none that was asked for, breaks the protocol")
  void badProgress() throws Exception {
    streams();
    var subscriber = subscribed();
    line.send("[\"pr\",{},null]").expectEnd();
    subscriber.awaitEnd();
    assertThat(subscriber.failure()).isInstanceOf(ProtocolException.class);
    var plain = client.call("plain");
    line = peer.accept().greet(StreamTest.STREAMS).expectCall("plain").send("[\"pr\",{},1]");
    assertThat(failure(plain))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("progress came for plain, which wants none");
    line.expectEnd();
  }

  @Test
  @DisplayName("P.23 a value of the wrong type, or one that its type refuses, breaks the protocol")
  void wrongType() throws Exception {
    client = start(toPeer().greet());
    for (String value : new String[] {"\"many\"", "{\"number\":\"x\"}", "{\"number\":-1}"}) {
      CallStream<Picky, Long> typed = client.of(Import.class).callStream(Picky.class, Import::load);
      var subscriber = new Recorder<Picky>(Long.MAX_VALUE);
      typed.subscribe(subscriber);
      line = sent("load").send("[\"pr\",{},{\"number\":1}][\"pr\",{}," + value + "]");
      subscriber.awaitEnd();
      assertThat(subscriber.values()).containsExactly(new Picky(1));
      assertThat(subscriber.failure()).isInstanceOf(ProtocolException.class);
      assertThat(failure(typed.result())).isSameAs(subscriber.failure());
      line.expectEnd();
    }
  }

  @Test
  @DisplayName("P.23, P.29 a worker that dies within a stream ends it with that")
  void death() throws Exception {
    streams();
    var subscriber = subscribed();
    line.send("[\"pr\",{},1]");
    subscriber.awaitValues(1);
    line.close();
    subscriber.awaitEnd();
    assertThat(subscriber.failure()).isInstanceOf(WorkerDiedException.class);
  }

  @Test
  @DisplayName(
      "P.23, P.33 to close the client ends the stream; who subscribes later hears of it too")
  void closed() throws Exception {
    streams();
    var subscriber = subscribed();
    line.send("[\"pr\",{},1]");
    subscriber.awaitValues(1);
    client.close();
    subscriber.awaitEnd();
    assertThat(subscriber.failure()).isInstanceOf(CheckoutClosedException.class);
    assertThat(failure(stream.result())).isInstanceOf(CheckoutClosedException.class);
    CallStream<Object, Object> late = client.untyped().callStream("late");
    assertThat(failure(late.result())).isInstanceOf(CheckoutClosedException.class);
  }

  @Test
  @DisplayName("P.23, P.33 a stream of a call made after close ends, too")
  void afterClose() throws Exception {
    client = client();
    client.close();
    stream = client.untyped().callStream("late");
    var subscriber = subscribed();
    subscriber.awaitEnd();
    assertThat(subscriber.failure()).isInstanceOf(CheckoutClosedException.class);
  }

  @Test
  @DisplayName(
      "P.23, P.34 to cancel from another thread with an executor for callbacks works the same")
  void cancelWithExecutor() throws Exception {
    try (var executor = Executors.newFixedThreadPool(4)) {
      client = start(toPeer().greet().callbacksOn(executor));
      stream = client.untyped().callStream("x");
      var seen = new CompletableFuture<Flow.Subscription>();
      stream.subscribe(
          new Recorder<>(Long.MAX_VALUE) {
            @Override
            public void onSubscribe(Flow.Subscription given) {
              super.onSubscribe(given);
              seen.complete(given);
            }
          });
      line = sent("x").send("[\"pr\",{},1]");
      result(seen).cancel();
      line.expect(ABORT).send(ABORTED);
      assertThat(failure(stream.result())).isInstanceOf(CallCancelledException.class);
    }
  }
}
