package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.remuda.callers.Caller;
import dev.remuda.context.LogSink;
import dev.remuda.context.TaskLog;
import dev.remuda.context.TaskRecord;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("C.11, C.13 A log is written once its calls have ended")
class CallLogEndTest extends ScriptedTest {
  private final List<TaskRecord> written = new CopyOnWriteArrayList<>();
  private final LogSink sink = written::add;
  private final TaskLog log = TaskLog.open(sink);

  @Test
  @DisplayName("C.11 C.13 calls that are refused where they are made hold no log, nor stand in it")
  void neverMade() {
    var typed = client().of(Caller.Task.class);
    assertThatThrownBy(() -> log.during(() -> typed.async(task -> task.run() + task.run())))
        .hasMessageContaining("it made 2");
    assertThatThrownBy(() -> log.during(() -> typed.async(task -> task.run() + 1)))
        .hasMessageContaining("which is not there yet");
    log.close();
    assertThat(written).hasSize(1);
    assertThat(written.getFirst().timers()).isEmpty();
  }

  @Test
  @DisplayName("C.13 a call ends once in its log, though it is given up when it was answered")
  void endsOnce() throws Exception {
    Queue<Runnable> callbacks = new ConcurrentLinkedQueue<>();
    TaskClient client = start(toPeer().greet().callbacksOn(callbacks::add));
    var call = log.during(() -> client.call("x"));
    peer.accept()
        .greet(ScriptedPeer.worker("lg"))
        .expect("[\"do\",{\"lg\":30},\"x\"]")
        .send("[\"ok\",{\"ld\":{\"start\":1,\"end\":0,\"logs\":[[0,30,\"once\"]]}},1]");
    org.awaitility.Awaitility.await().atMost(PATIENCE).until(() -> !callbacks.isEmpty());
    client.close();
    call.cancel(true);
    callbacks.forEach(Runnable::run);
    log.close();
    assertThat(written).hasSize(1);
    assertThat(written.getFirst().lines())
        .extracting(line -> line.arguments().getFirst())
        .satisfiesExactly(
            first -> assertThat(first).isEqualTo("once"),
            second -> assertThat(second.toString()).contains("its client was closed"));
  }

  @Test
  @DisplayName("C.12 a worker's log of many empty lines is merged, and the worker stays")
  void emptyLines() throws Exception {
    TaskClient client = start(toPeer().greet());
    log.info("first");
    var call = log.during(() -> client.call("x"));
    String lines = "[0,30],".repeat(9_999) + "[0,30]";
    ScriptedPeer.Line line = peer.accept().greet(ScriptedPeer.worker("lg"));
    line.expect("[\"do\",{\"lg\":30},\"x\"]")
        .send("[\"ok\",{\"ld\":{\"logs\":[" + lines + "]}},1]");
    assertThat(result(call)).isEqualTo(1L);
    log.close();
    assertThat(written).hasSize(1);
    var next = client.call("y");
    line.expect("[\"dn\",{}]").expectCall("y").answer("2");
    assertThat(result(next)).isEqualTo(2L);
  }
}
