package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.23 callStream: values before the result, as many as were asked for")
class StreamTest extends ScriptedTest {
  static final String STREAMS = ScriptedPeer.worker("ab", "pr");

  interface Import {
    long load(String file);

    void nothing();
  }

  record Step(int done, String what) {}

  private static String values(int from, int to) {
    var text = new StringBuilder();
    for (int i = from; i <= to; i++) {
      text.append("[\"pr\",{},").append(i).append(']');
    }
    return text.toString();
  }

  private static List<Long> numbers(int from, int to) {
    var numbers = new ArrayList<Long>();
    for (long i = from; i <= to; i++) {
      numbers.add(i);
    }
    return numbers;
  }

  private ScriptedPeer.Line streaming(String method) throws Exception {
    return peer.accept().greet(STREAMS).expect("[\"do\",{\"pr\":32},\"" + method + "\"]");
  }

  @Test
  @DisplayName("P.23 values come in order, then the end; the result is apart from them")
  void valuesThenEnd() throws Exception {
    TaskClient client = start(toPeer().greet());
    CallStream<Object, Object> stream = client.untyped().callStream("x");
    var subscriber = new Recorder<>(Long.MAX_VALUE);
    stream.subscribe(subscriber);
    ScriptedPeer.Line line =
        streaming("x").send("[\"pr\",{},\"a\"][\"pr\",{},{\"n\":1}][\"pr\",{},[true,null]]");
    subscriber.awaitValues(3);
    assertThat(stream.result()).isNotDone();
    line.answer("\"done\"");
    subscriber.awaitEnd();
    assertThat(subscriber.values()).hasSize(3).hasToString("[a, {n=1}, [true, null]]");
    assertThat(subscriber.failure()).isNull();
    assertThat(result(stream.result())).isEqualTo("done");
    line.expect("[\"dn\",{}]");
  }

  @Test
  @DisplayName("P.23 values are read as the type that is named, results as the method's")
  void typed() throws Exception {
    TaskClient client = start(toPeer().greet());
    CallStream<Step, Long> stream =
        client.of(Import.class).callStream(Step.class, target -> target.load("a.csv"));
    var subscriber = new Recorder<Step>(Long.MAX_VALUE);
    stream.subscribe(subscriber);
    peer.accept()
        .greet(STREAMS)
        .expect("[\"do\",{\"pr\":32},\"load\",\"a.csv\"]")
        .send("[\"pr\",{},{\"done\":1,\"what\":\"read\"}][\"pr\",{},{\"done\":2,\"what\":\"put\"}]")
        .answer("2");
    subscriber.awaitEnd();
    assertThat(subscriber.values()).containsExactly(new Step(1, "read"), new Step(2, "put"));
    assertThat(result(stream.result())).isEqualTo(2L);
  }

  @Test
  @DisplayName("P.23 a type of values that cannot travel is refused, and nothing is sent")
  void untravelled() {
    TaskClient client = client();
    var typed = client.of(Import.class);
    assertThatThrownBy(() -> typed.callStream(Thread.class, target -> target.load("a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("java.lang.Thread");
    assertThatThrownBy(() -> typed.callStream(Step.class, target -> 1L))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("exactly one call, but it made none");
    assertThat(client.counters().calls()).isZero();
    assertThat(client.stats()).isEqualTo(new PoolStats(0, 0, 0, 0));
  }

  @Test
  @DisplayName("P.23 no value is handed over that was not asked for")
  void demand() throws Exception {
    TaskClient client = start(toPeer().greet());
    CallStream<Object, Object> stream = client.untyped().callStream("x");
    var subscriber = new Recorder<>(0);
    stream.subscribe(subscriber);
    ScriptedPeer.Line line = streaming("x").send(values(1, 10)).answer("1");
    result(stream.result());
    client.stats();
    assertThat(subscriber.values()).isEmpty();
    subscriber.request(3);
    subscriber.awaitValues(3);
    client.stats();
    assertThat(subscriber.values()).isEqualTo(numbers(1, 3));
    assertThat(subscriber.isOver()).isFalse();
    subscriber.request(6);
    subscriber.request(1);
    subscriber.awaitEnd();
    assertThat(subscriber.values()).isEqualTo(numbers(1, 10));
    line.expect("[\"dn\",{}]");
  }

  @Test
  @DisplayName("P.23 half a window of values is acknowledged at a time, and only what was taken")
  void acknowledged() throws Exception {
    TaskClient client = start(toPeer().greet());
    CallStream<Object, Object> stream = client.untyped().callStream("x");
    var subscriber = new Recorder<>(15);
    stream.subscribe(subscriber);
    ScriptedPeer.Line line = streaming("x").send(values(1, CallStream.WINDOW));
    subscriber.awaitValues(15);
    line.expectNothingFrom(client);
    subscriber.request(1);
    line.expect("[\"ak\",{\"n\":16}]");
    subscriber.request(100);
    line.expect("[\"ak\",{\"n\":16}]").send(values(33, 48)).expect("[\"ak\",{\"n\":16}]");
    line.send(values(49, 52)).answer("1");
    subscriber.awaitEnd();
    assertThat(subscriber.values()).isEqualTo(numbers(1, 52));
    line.expect("[\"dn\",{}]");
  }

  @Test
  @DisplayName("P.23 a worker that sends more than it was allowed to is let go, nothing piles up")
  void pastTheWindow() throws Exception {
    TaskClient client = start(toPeer().greet());
    CallStream<Object, Object> stream = client.untyped().callStream("x");
    ScriptedPeer.Line line = streaming("x").send(values(1, CallStream.WINDOW + 1));
    assertThat(failure(stream.result()))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("32");
    line.expectEnd();
  }

  @Test
  @DisplayName("P.23 who subscribes late has what came before, also after the end")
  void late() throws Exception {
    TaskClient client = start(toPeer().greet());
    CallStream<Object, Object> stream = client.untyped().callStream("x");
    ScriptedPeer.Line line = streaming("x").send(values(1, CallStream.WINDOW)).answer("1");
    result(stream.result());
    line.expect("[\"dn\",{}]");
    var subscriber = new Recorder<>(Long.MAX_VALUE);
    stream.subscribe(subscriber);
    subscriber.awaitEnd();
    assertThat(subscriber.values()).isEqualTo(numbers(1, CallStream.WINDOW));
    line.expectNothingFrom(client);
  }

  @Test
  @DisplayName("P.23 a second subscriber is refused, and takes nothing from the first")
  void second() throws Exception {
    TaskClient client = start(toPeer().greet());
    CallStream<Object, Object> stream = client.untyped().callStream("x");
    var first = new Recorder<>(Long.MAX_VALUE);
    stream.subscribe(first);
    var second = new Recorder<>(Long.MAX_VALUE);
    stream.subscribe(second);
    second.awaitEnd();
    assertThat(second.failure())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("one subscriber only");
    second.cancel();
    streaming("x").send(values(1, 2)).answer("1");
    first.awaitEnd();
    assertThat(first.values()).isEqualTo(numbers(1, 2));
    assertThat(second.values()).isEmpty();
    assertThatThrownBy(() -> stream.subscribe(null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  @DisplayName("P.23 a worker that cannot report gives the result alone, and is asked nothing")
  void withoutProgress() throws Exception {
    TaskClient client = start(toPeer());
    CallStream<Object, Object> stream = client.untyped().callStream("x");
    var subscriber = new Recorder<>(Long.MAX_VALUE);
    stream.subscribe(subscriber);
    peer.accept().expectFirstCall("x").answer("7");
    subscriber.awaitEnd();
    assertThat(subscriber.values()).isEmpty();
    assertThat(subscriber.failure()).isNull();
    assertThat(result(stream.result())).isEqualTo(7L);
  }

  @Test
  @DisplayName("P.23 a call behind a stream is sent when the stream has ended; it gets no \"ak\"")
  void nothingBehindAStream() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Object> checkout = client.checkout();
    ScriptedPeer.Line line = granted(client, "ab", "pr", "pipe");
    var before = checkout.call("before");
    CallStream<Object, Object> stream = checkout.callStream("x");
    var after = checkout.call("after");
    line.expectCall("before").expect("[\"do\",{\"pr\":32},\"x\"]").expectNothingFrom(client);
    line.answer("1").send(values(1, 20)).answer("2").expectCall("after");
    var subscriber = new Recorder<>(Long.MAX_VALUE);
    stream.subscribe(subscriber);
    subscriber.awaitEnd();
    line.expectNothingFrom(client).answer("3");
    assertThat(result(before)).isEqualTo(1L);
    assertThat(result(after)).isEqualTo(3L);
    assertThat(subscriber.values()).isEqualTo(numbers(1, 20));
  }

  @Test
  @DisplayName("P.23, P.34 with many threads for callbacks signals come one at a time, in order")
  void severalThreads() throws Exception {
    try (var executor = Executors.newFixedThreadPool(8)) {
      TaskClient client = start(toPeer().greet().callbacksOn(executor));
      var at = new AtomicInteger();
      var most = new AtomicInteger();
      var subscriber =
          new Recorder<>(Long.MAX_VALUE) {
            @Override
            public void onNext(Object value) {
              most.accumulateAndGet(at.incrementAndGet(), Math::max);
              super.onNext(value);
              Thread.onSpinWait();
              at.decrementAndGet();
            }
          };
      CallStream<Object, Object> stream = client.untyped().callStream("x");
      stream.subscribe(subscriber);
      ScriptedPeer.Line line = streaming("x").send(values(1, CallStream.WINDOW));
      for (int sent = CallStream.WINDOW; sent < 640; sent += 16) {
        line.expect("[\"ak\",{\"n\":16}]").send(values(sent + 1, sent + 16));
      }
      line.expect("[\"ak\",{\"n\":16}]").expect("[\"ak\",{\"n\":16}]").answer("1");
      subscriber.awaitEnd();
      assertThat(subscriber.values()).isEqualTo(numbers(1, 640));
      assertThat(most).hasValue(1);
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(at).hasValue(0));
    }
  }
}
