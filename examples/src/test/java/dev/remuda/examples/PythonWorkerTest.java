package dev.remuda.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.remuda.client.CallFailedException;
import dev.remuda.client.CallTimeoutException;
import dev.remuda.client.TaskClient;
import dev.remuda.protocol.Message;
import dev.remuda.protocol.Meta;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** {@code examples/python/echo_worker.py}, of all extensions: P.1, P.2, P.5, P.7, P.11, P.14. */
@DisplayName("P.11 the Python worker")
class PythonWorkerTest extends ExampleWorkerTest {
  private static final String HELLO =
      "[\"hi\",{\"c\":{\"v\":1,\"caps\":"
          + "[\"ex\",\"ab\",\"rd\",\"dl\",\"rt\",\"pipe\",\"pr\"],\"name\":\"test\"}}]";

  PythonWorkerTest() {
    super(Script.PYTHON_WORKER);
  }

  @Override
  void assertGivenUp(CallTimeoutException failure) {
    assertThat(failure.threadDump().orElseThrow()).contains("\"MainThread\"", "in sleep");
  }

  @Test
  @DisplayName("P.4 a result in Python that cannot be written is an error, and the worker lives")
  void writesNoSurrogate() throws Exception {
    serve(1, 1);
    try (RawConnection raw = new RawConnection(socket)) {
      for (String unwritable : List.of("\"\\ud800\"", "1e400")) {
        assertThat(raw.call("\"echo\"," + unwritable).rest().toString())
            .startsWith("[error encoding interface output: ");
      }
      assertThat(raw.call("\"echo\"").code()).isEqualTo("ok");
    }
  }

  @Test
  @DisplayName("P.11 a greeted Python worker says where its code failed")
  void saysWhereItFailed() throws Exception {
    serve(1, 1);
    try (TaskClient client = TaskClient.builder().connect("unix:" + socket).greet().build()) {
      var failure =
          catchThrowableOfType(
              CallFailedException.class, () -> client.of(ForeignEcho.class).sync().fail("λ"));
      var remote = failure.remote().orElseThrow();
      assertThat(remote.className()).isEqualTo("RuntimeError");
      assertThat(remote).hasMessageContaining("λ");
      assertThat(remote.getStackTrace()).hasSize(1);
      assertThat(remote.getStackTrace()[0].getMethodName()).isEqualTo("fail");
    }
  }

  @Test
  @DisplayName("P.26 a Python worker runs no call of a batch behind one that failed")
  void skipsTheRestOfABatch() throws Exception {
    serve(1, 1);
    try (RawConnection raw = greeted()) {
      raw.send(
          "[\"do\",{},\"keep\",1][\"do\",{},\"fail\",\"no\"][\"do\",{},\"keep\",2]"
              + "[\"do\",{},\"keep\",3][\"do\",{\"b\":1},\"keep\",4]");
      assertThat(raw.next().rest()).containsExactly(List.of(1L));
      assertThat(raw.next().meta().failure()).isNotNull();
      for (int i = 0; i < 2; i++) {
        Message skipped = raw.next();
        assertThat(skipped).isInstanceOf(Message.Er.class);
        assertThat(skipped.meta().skipped()).isTrue();
      }
      assertThat(raw.next().rest()).containsExactly(List.of(1L, 4L));
    }
  }

  @Test
  @DisplayName("P.23 a Python worker sends no more progress than its caller has room for")
  void waitsForProgressToBeTaken() throws Exception {
    serve(1, 1);
    try (RawConnection raw = greeted()) {
      raw.send("[\"do\",{\"pr\":2},\"count\",5]");
      assertThat(raw.next().rest()).containsExactly(1L);
      assertThat(raw.next().rest()).containsExactly(2L);
      // All that is under way would come before the dump.
      raw.send("[\"ak\",{\"n\":1}]");
      assertThat(raw.next().rest()).containsExactly(3L);
      raw.send("[\"ab\",{}]");
      Message aborted = raw.next();
      assertThat(aborted.meta().aborted()).isTrue();
      assertThat(aborted.meta().dump()).contains("in count", "in progress");
      assertThat(raw.next()).isNull();
    }
  }

  @Test
  @DisplayName("P.24 code in a Python worker can ask how long its caller still waits")
  void tellsTheDeadline() throws Exception {
    serve(1, 1);
    try (RawConnection raw = greeted()) {
      raw.send("[\"do\",{\"dl\":60000},\"left\"]");
      assertThat((Long) raw.next().rest().getFirst()).isBetween(1L, 60_000L);
      assertThat(raw.call("\"left\"").rest()).containsOnlyNulls();
    }
  }

  @Test
  @DisplayName("P.11 a Python worker answers a release once it is rolled back")
  void answersARelease() throws Exception {
    serve(1, 1);
    try (RawConnection raw = greeted()) {
      raw.call("\"keep\",1");
      raw.send("[\"dn\",{}]");
      assertThat(raw.next()).isEqualTo(new Message.Rd(Meta.EMPTY));
    }
  }

  private RawConnection greeted() throws java.io.IOException {
    var raw = new RawConnection(socket);
    raw.send(HELLO);
    assertThat(raw.next().meta().worker()).isNotNull();
    return raw;
  }
}
