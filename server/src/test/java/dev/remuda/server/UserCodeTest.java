package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.protocol.WorkerExit;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("P.5 What user code may do to its worker")
class UserCodeTest {
  private static final String HELLO =
      "[\"hi\",{\"c\":{\"v\":1,\"caps\":[\"ex\",\"ab\",\"rd\"],\"name\":\"raw\"}}]";

  private RunningServer running;
  private RawPeer peer;

  @BeforeEach
  void start() throws Exception {
    running =
        RunningServer.start(
            b -> b.serve(Served.Trial.class).jvmArguments("-XX:MaxDirectMemorySize=16m"));
    peer = running.connect();
    peer.call(HELLO);
  }

  @AfterEach
  void stop() throws Exception {
    peer.close();
    running.close();
  }

  private String call(String method) throws Exception {
    return peer.call("[\"do\",{},\"" + method + "\"]");
  }

  private void assertStillServes() throws Exception {
    assertThat(peer.call("[\"do\",{},\"echo\",7]")).isEqualTo("[\"ok\",{},[7]]");
    assertThat(running.stats().workers()).anyMatch(w -> w.id().equals("test(1)"));
  }

  private WorkerExit exit() throws Exception {
    return running.server.exitOf("test(1)").get(30, TimeUnit.SECONDS).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nastyException", "error"})
  void whateverIsThrownIsAnErrorAndTheWorkerLives(String method) throws Exception {
    assertThat(call(method)).startsWith("[\"er\",{");
    assertStillServes();
  }

  @Test
  void anExceptionWithTextThatCannotTravelIsAnErrorAndTheWorkerLives() throws Exception {
    // The argument cannot carry a lone surrogate, so the code makes one.
    assertThat(call("failBadly")).startsWith("[\"er\",{\"ex\":").endsWith(": a?b\"]");
    assertStillServes();
  }

  @ParameterizedTest
  @CsvSource({
    "unwritable, interface returned what cannot travel: $: java.lang.Object cannot be written;"
        + " no TypeAdapter takes it",
    "throwingResult, 'error encoding interface output: java.lang.IllegalStateException: changed"
        + " meanwhile'",
    "erroringResult, 'error encoding interface output: java.lang.AssertionError: changed meanwhile'"
  })
  @DisplayName("P.4 a result that cannot be written is an error, and the worker lives")
  void aResultThatCannotBeWrittenIsAnError(String method, String error) throws Exception {
    assertThat(call(method)).isEqualTo("[\"er\",{},\"" + error + "\"]");
    assertStillServes();
  }

  @Test
  void codeThatLeavesItsThreadInterruptedLosesNothing() throws Exception {
    assertThat(call("interruptSelf")).isEqualTo("[\"ok\",{},null]");
    assertStillServes();
  }

  @Test
  void codeThatClosesItsOutputStillServes() throws Exception {
    assertThat(call("closeOutput")).isEqualTo("[\"ok\",{},null]");
    assertStillServes();
  }

  @Test
  void threadsThatAreNoDaemonsDoNotKeepTheProcess() throws Exception {
    assertThat(call("startThreads")).isEqualTo("[\"ok\",{},null]");
    peer.close();
    assertThat(exit().cause()).isEqualTo(new WorkerExit.Cause.Exited(1));
  }

  @Test
  void aThreadThatHoldsTheOutputDoesNotKeepTheProcess() throws Exception {
    assertThat(call("holdOutInThread")).isEqualTo("[\"ok\",{},null]");
    peer.close();
    assertThat(exit().cause()).isEqualTo(new WorkerExit.Cause.Exited(1));
  }

  @Test
  void codeThatExitsIsNamedByItsStatus() throws Exception {
    peer.send("[\"do\",{},\"exit\",42]");
    assertThat(peer.rest()).isEmpty();
    assertThat(exit().cause()).isEqualTo(new WorkerExit.Cause.Exited(42));
    assertThat(exit().checkouts()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"fillHeap, Java heap space", "fillDirect, Cannot reserve"})
  @DisplayName("P.5 running out of memory, direct memory too, is fatal and named")
  void runningOutOfMemoryIsFatal(String method, String what) throws Exception {
    peer.send("[\"do\",{},\"" + method + "\"]");
    assertThat(peer.rest()).isEmpty();
    assertThat(exit().cause().toString()).startsWith("ran out of memory (" + what);
  }

  @Test
  @DisplayName("P.5 a stack overflow is fatal")
  void aStackOverflowIsFatal() throws Exception {
    peer.send("[\"do\",{},\"overflow\"]");
    assertThat(peer.rest()).isEmpty();
    assertThat(exit().cause()).isEqualTo(new WorkerExit.Cause.Exited(3));
    assertThat(exit().lastLines()).contains("Terminating due to java.lang.StackOverflowError");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ready", "accepted", "setup-failed x", "nonsense", "accepted\\nready"})
  void codeThatWritesToTheControlChannelConfusesNobody(String line) throws Exception {
    assertThat(peer.call("[\"do\",{},\"control\",\"" + line + "\"]")).isEqualTo("[\"ok\",{},null]");
    assertStillServes();
    peer.close();
    assertThat(exit().cause()).isEqualTo(new WorkerExit.Cause.Exited(1));
  }
}
