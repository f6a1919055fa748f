package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.context.TaskLog;
import dev.remuda.context.TaskRecord;
import dev.remuda.context.TraceParent;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("C.13 The log that a caller gives to his calls")
class CallLogTest extends ScriptedTest {
  private static final String ASKED = "[\"do\",{\"lg\":30},";
  private static final String LOG =
      "\"ld\":{\"start\":1,\"end\":0.000001,\"logs\":[[0,30,\"from the worker\"],[0,40,\"too"
          + " much\"]],\"data\":{\"k\":\"v\"}}";

  private final List<TaskRecord> written = new CopyOnWriteArrayList<>();
  private final TaskLog log = TaskLog.open(written::add);

  private static List<Object> texts(TaskRecord record) {
    return record.lines().stream().map(line -> line.arguments().getFirst()).toList();
  }

  private ScriptedPeer.Line logging(String... more) throws Exception {
    String[] capabilities = java.util.Arrays.copyOf(more, more.length + 1);
    capabilities[more.length] = "lg";
    return peer.accept().greet(ScriptedPeer.worker(capabilities));
  }

  @Test
  @DisplayName(
      "C.13 each call is a timer named after its method, and what its worker logged is merged")
  void merged() throws Exception {
    TaskClient client = start(toPeer().greet());
    try (Checkout<Object> checkout =
        client.untyped().with(CheckoutOptions.NONE.log(log)).checkout()) {
      var call = checkout.call("hash", "secret");
      logging().expect(ASKED + "\"hash\",\"secret\"]").send("[\"ok\",{" + LOG + "},1]");
      result(call);
      assertThat(log.record().timers()).hasSize(1);
      assertThat(texts(log.record())).containsExactly("from the worker");
    }
    log.close();
    TaskRecord record = written.getFirst();
    TaskRecord.Span timer = record.timers().getFirst();
    assertThat(timer.name()).isEqualTo("hash");
    assertThat(record.lines().getFirst().micros()).isBetween(timer.from(), timer.to());
    assertThat(record.data()).containsEntry("k", "v");
    assertThat(record.toJson()).doesNotContain("secret");
  }

  @Test
  @DisplayName("C.13 a call without a method is the timer ->()")
  void plainCall() throws Exception {
    TaskClient client = start(toPeer().greet());
    var call = log.during(() -> client.call("", "secret"));
    logging().expect(ASKED + "\"\",\"secret\"]").answer("1");
    result(call);
    assertThat(log.record().timers()).extracting(TaskRecord.Span::name).containsExactly("->()");
  }

  @Test
  @DisplayName(
      "C.13 the current log is meant where none is given, and none is asked for without one")
  void currentLog() throws Exception {
    TaskClient client = start(toPeer().greet());
    var call = log.during(() -> client.call("x"));
    ScriptedPeer.Line line = logging().expect(ASKED + "\"x\"]").send("[\"ok\",{" + LOG + "},1]");
    result(call);
    var next = client.call("y");
    line.expect("[\"dn\",{}]").expectCall("y").answer("2");
    result(next);
    assertThat(texts(log.record())).containsExactly("from the worker");
    assertThat(log.record().timers()).hasSize(1);
  }

  @Test
  @DisplayName("C.13 a worker that has not announced it is not asked; what it sends is merged")
  void notAsked() throws Exception {
    TaskClient client = client();
    var call = log.during(() -> client.call("x"));
    peer.accept().expectFirstCall("x").send("[\"ok\",{" + LOG + "},1]");
    result(call);
    assertThat(texts(log.record())).containsExactly("from the worker");
  }

  @Test
  @DisplayName("C.13 the log comes with an error too, and says which")
  void failed() throws Exception {
    TaskClient client = start(toPeer().greet());
    var call = log.during(() -> client.call("x"));
    logging().expect(ASKED + "\"x\"]").send("[\"er\",{" + LOG + "},\"disk full\"]");
    failure(call);
    assertThat(texts(log.record()))
        .satisfiesExactly(
            first -> assertThat(first).isEqualTo("from the worker"),
            second -> assertThat(second.toString()).contains("x failed in").contains("disk full"));
    assertThat(log.record().lines().getLast().level()).isEqualTo(TaskLog.ERROR);
  }

  @Test
  @DisplayName("C.11 a log is not written before the calls that report to it have ended")
  void outlived() throws Exception {
    TaskClient client = start(toPeer().greet());
    var call = log.during(() -> client.call("x"));
    log.close();
    assertThat(written).isEmpty();
    logging().expect(ASKED + "\"x\"]").send("[\"ok\",{" + LOG + "},1]");
    result(call);
    assertThat(written).hasSize(1);
    assertThat(texts(written.getFirst())).containsExactly("from the worker");
  }

  @Test
  @DisplayName("C.13 a log of the wrong shape is no log, and the call is answered")
  void wrongShape() throws Exception {
    TaskClient client = start(toPeer().greet());
    var call = log.during(() -> client.call("x"));
    logging()
        .expect(ASKED + "\"x\"]")
        .send("[\"ok\",{\"ld\":{\"start\":[],\"logs\":{\"a\":1},\"timers\":[[1]],\"data\":7}},1]");
    assertThat(result(call)).isEqualTo(1L);
    assertThat(log.record().lines()).isEmpty();
  }

  @Test
  @DisplayName("C.14 the trace travels to a worker that announced it, and to no other")
  void traceParent() throws Exception {
    var trace = TraceParent.random();
    TaskClient client = start(toPeer().greet());
    var call = new TraceParent(trace.value(), "v=1").during(() -> client.call("x"));
    ScriptedPeer.Line line =
        peer.accept()
            .greet(ScriptedPeer.worker("tp"))
            .expect("[\"do\",{\"tp\":\"" + trace.value() + "\",\"ts\":\"v=1\"},\"x\"]")
            .answer("1");
    result(call);
    var next = client.call("y");
    line.expect("[\"dn\",{}]").expectCall("y").answer("2");
    result(next);
    TaskClient other = start(toPeer().greet());
    var unsaid = trace.during(() -> other.call("z"));
    peer.accept().greet().expectCall("z").answer("3");
    result(unsaid);
  }
}
