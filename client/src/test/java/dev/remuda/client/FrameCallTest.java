package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.callers.Caller;
import dev.remuda.context.Frame;
import dev.remuda.context.FrameHandler;
import dev.remuda.context.FrameLocal;
import dev.remuda.context.FrameTrace;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("C.3, C.4 Calls that are made in a frame")
class FrameCallTest extends ScriptedTest {
  private static final FrameLocal<String> USER = FrameLocal.named("user");

  private static final String FAILURE =
      "[\"er\",{\"ex\":{\"class\":\"a.B\",\"message\":\"no\",\"frames\":[[\"a.C\",\"run\","
          + "\"C.java\",12]]}},\"a.B: no\"]";

  private final List<Throwable> heard = new CopyOnWriteArrayList<>();
  private final List<FrameTrace> traces = new CopyOnWriteArrayList<>();

  private final FrameHandler handler =
      (error, trace) -> {
        heard.add(error);
        traces.add(trace);
      };

  private CompletableFuture<@Nullable Object> inFrame(
      Supplier<CompletableFuture<@Nullable Object>> call) {
    return Frame.of("request").local(USER, "alice").onError(handler).call(call::get);
  }

  private static List<String> names(FrameTrace trace) {
    return trace.frames().stream().map(frame -> frame.getClassName().split(" in ", -1)[0]).toList();
  }

  @Test
  @DisplayName(
      "C.4 an error reaches the handler where the call was made, in a frame CLIENT -> method")
  void failed() throws Exception {
    TaskClient client = client();
    var call = inFrame(() -> Caller.calls(client.untyped(), "x"));
    peer.accept().expectFirstCall("x").send(FAILURE);
    Throwable failure = failure(call);
    assertThat(heard).containsExactly(failure);
    assertThat(failure).isInstanceOf(CallFailedException.class);
    assertThat(names(traces.getFirst())).containsExactly("frame 't -> x'", "frame 'request'");
    assertThat(traces.getFirst().frames().getFirst().toString())
        .matches(".* in dev.remuda.callers.Caller.calls\\(Caller.java:[0-9]+\\)");
    assertThat(((TaskException) failure).frameTrace()).isPresent();
    assertThat(failure.getSuppressed()).isEmpty();
  }

  @Test
  @DisplayName(
      "C.4 the trace reads: the worker's frames, the place of the call, the chain of frames")
  void trace() throws Exception {
    TaskClient client = client();
    var call = inFrame(() -> Caller.calls(client.untyped(), "x"));
    peer.accept().expectFirstCall("x").send(FAILURE);
    var failed = (CallFailedException) failure(call);
    StackTraceElement[] remote = failed.remote().orElseThrow().getStackTrace();
    assertThat(remote[0].toString()).isEqualTo("a.C.run(C.java:12)");
    StackTraceElement[] place = Arrays.copyOfRange(remote, 1, remote.length);
    assertThat(Caller.isAt(place, "calls")).isTrue();
    assertThat(place[place.length - 2].getClassName()).startsWith("frame 't -> x' in ");
    assertThat(place[place.length - 1].getClassName()).startsWith("frame 'request' in ");
    assertThat(failed.getStackTrace()).containsExactly(place);
  }

  @Test
  @DisplayName("C.4 what has no name says so: ANONYMOUS CLIENT, NO METHOD")
  void names() throws Exception {
    TaskClient client = start(toPeer().name(""));
    var call = inFrame(() -> client.call(""));
    var line = peer.accept();
    line.expect("[\"do\"," + ScriptedPeer.CLIENT.replace("\"t\"", "\"\"") + ",\"\"]").send(FAILURE);
    failure(call);
    assertThat(names(traces.getFirst()))
        .containsExactly("frame 'ANONYMOUS CLIENT -> NO METHOD'", "frame 'request'");
  }

  @Test
  @DisplayName("C.6 P.25 a timeout reaches the handler that was in force where the call was made")
  void timedOut() throws Exception {
    TaskClient client = start(toPeer().greet().timeout(Duration.ofMillis(300)));
    var call = inFrame(() -> client.call("x"));
    Throwable failure = failure(call);
    assertThat(heard).containsExactly(failure);
    assertThat(failure).isInstanceOf(QueueTimeoutException.class);
  }

  @Test
  @DisplayName("C.6 P.24 P.25 so does that of a call that runs, made in a callback of another")
  void timedOutWhileItRan() throws Exception {
    TaskClient client = start(toPeer().greet().timeout(Duration.ofSeconds(1)));
    try (Checkout<Object> checkout = client.checkout()) {
      var call =
          inFrame(() ->
              checkout.call("x").thenCompose(Frame.function(result -> checkout.call("spin"))));
      peer.accept().greet().expectCall("x").answer("1").expectCall("spin");
      assertThat(failure(call)).isInstanceOf(CallTimeoutException.class);
      assertThat(heard).hasSize(1).first().isInstanceOf(CallTimeoutException.class);
      assertThat(names(traces.getFirst()))
          .containsExactly("frame 't -> spin'", "ANONYMOUS FRAME", "frame 'request'");
    }
  }

  @Test
  @DisplayName(
      "C.3 the death of a worker reaches it too, and the calls behind hear that they are skipped")
  void died() throws Exception {
    TaskClient client = start(toPeer().greet());
    try (Checkout<Object> checkout = client.checkout()) {
      var call = inFrame(() -> checkout.call("x"));
      var behind = inFrame(() -> checkout.call("y"));
      client.stats(); // by now the loop has both
      peer.accept().greet().expectCall("x").close();
      assertThat(failure(call)).isInstanceOf(WorkerDiedException.class);
      assertThat(failure(behind)).isInstanceOf(CallSkippedException.class);
      assertThat(heard).containsExactly(failure(call), failure(behind));
    }
  }

  @Test
  @DisplayName(
      "C.3 a call that blocks throws, so that the handler hears it once, frame of the call first")
  void sync() throws Exception {
    TaskClient client = client();
    var done = new CompletableFuture<@Nullable Void>();
    Thread.ofVirtual()
        .start(() -> {
          var typed = client.of(Caller.Task.class);
          Frame.of("request").onError(handler).run(() -> Caller.runs(typed));
          done.complete(null);
        });
    peer.accept().expectFirstCall("run").send(FAILURE);
    result(done);
    assertThat(heard).hasSize(1);
    assertThat(names(traces.getFirst())).containsExactly("frame 't -> run'", "frame 'request'");
  }

  @Test
  @DisplayName("C.3 whoever cancels a call himself is told nothing by his handler")
  void cancelled() throws Exception {
    TaskClient client = start(toPeer().greet());
    Checkout<Object> holder = client.checkout();
    granted(client, "ab");
    inFrame(() -> client.call("x")).cancel(true);
    client.stats(); // the loop has done what it had to do
    assertThat(heard).isEmpty();
    holder.close();
  }

  @Test
  @DisplayName("C.3 a handler that throws is reported, and the future fails all the same")
  void handlerThrows() throws Exception {
    TaskClient client = client();
    try (var log = new LogCapture()) {
      var call =
          Frame.of("request")
              .onError((error, trace) -> {
                throw new IllegalStateException("the handler's own");
              })
              .call(() -> client.call("x"));
      peer.accept().expectFirstCall("x").send(FAILURE);
      assertThat(failure(call)).isInstanceOf(CallFailedException.class);
      await().atMost(PATIENCE).until(() -> !log.of("the handler's own").isEmpty());
    }
  }

  @Test
  @DisplayName("C.4 without a frame nothing is different: the caller's own stack, and no frames")
  void noFrame() throws Exception {
    TaskClient client = client();
    var call = Caller.calls(client.untyped(), "x");
    peer.accept().expectFirstCall("x").send(FAILURE);
    var failed = (CallFailedException) failure(call);
    assertThat(failed.frameTrace()).isEmpty();
    assertThat(failed.remote().orElseThrow().getStackTrace()).hasSize(1);
    assertThat(failed.getStackTrace()).noneMatch(e -> e.getClassName().contains(" in "));
  }

  /** Says in which frame it is called, and throws at the second value. */
  private static final class Framed implements Flow.Subscriber<Object> {
    private final List<String> seen = new CopyOnWriteArrayList<>();

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(10);
    }

    @Override
    public void onNext(Object value) {
      String frame = Frame.current().map(Frame::name).orElse("none");
      seen.add(value + " in " + frame + " for " + USER.get().orElse("nobody"));
      if (seen.size() == 2) {
        throw new IllegalStateException("the second is bad");
      }
    }

    @Override
    public void onError(Throwable thrown) {}

    @Override
    public void onComplete() {}
  }

  @Test
  @DisplayName("C.2 the subscriber of a stream is called in the frame of the call")
  void stream() throws Exception {
    TaskClient client = start(toPeer().greet());
    var subscriber = new Framed();
    Frame.of("request")
        .local(USER, "alice")
        .onError(handler)
        .run(() -> client.untyped().callStream("x").subscribe(subscriber));
    peer.accept()
        .greet(ScriptedPeer.worker("pr"))
        .expect("[\"do\",{\"pr\":32},\"x\"]")
        .send("[\"pr\",{},\"a\"][\"pr\",{},\"b\"]");
    await().atMost(PATIENCE).until(() -> !heard.isEmpty());
    assertThat(subscriber.seen).containsExactly("a in t -> x for alice", "b in t -> x for alice");
    assertThat(heard.getFirst()).hasMessage("the second is bad");
  }
}
