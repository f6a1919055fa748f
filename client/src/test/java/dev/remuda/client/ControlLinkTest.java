package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.WorkerHello;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("P.18 Autopsy: a control address that answers, and one that does not")
@Timeout(60)
class ControlLinkTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String QUESTION = "[\"do\",{\"dl\":19980},\"autopsy\",\"w(1)\",4711]";

  @TempDir Path folder;
  private ScriptedPeer supervisor;

  @BeforeEach
  void listen() throws Exception {
    supervisor = ScriptedPeer.unix(folder.resolve("s.ctl"));
  }

  @AfterEach
  void close() throws Exception {
    supervisor.close();
  }

  private static WorkerHello hello(@Nullable String control) {
    return new WorkerHello(4711, "w(1)", Set.of(), control);
  }

  private ControlLink link(Duration patience) {
    var unix = (Address.Unix) supervisor.address();
    return new ControlLink(unix, hello(unix.toString()), patience);
  }

  private static <T> T result(CompletableFuture<T> future) throws Exception {
    return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Test
  @DisplayName("P.18 Autopsy: the question names id, pid and time; the answer is the exit")
  void theAnswerIsTheExit() throws Exception {
    var exit = link(PATIENCE).exitOf("w(1)");
    ScriptedPeer.Line line = supervisor.accept().expect(QUESTION);
    line.sendByteByByte(
        "[\"ok\",{},{\"id\":\"w(1)\",\"pid\":4711,\"cause\":{\"exited\":3},\"q\":1}]");
    assertThat(result(exit).orElseThrow().summary())
        .startsWith("worker w(1) (pid 4711) exited with status 3 after");
    line.expectEnd();
  }

  @Test
  @DisplayName("P.18 Autopsy: of another worker than the greeting's no pid is known")
  void ofAnotherWorker() throws Exception {
    var exit = link(PATIENCE).exitOf("w(2)");
    supervisor
        .accept()
        .expect("[\"do\",{\"dl\":19980},\"autopsy\",\"w(2)\"]")
        .send("[\"ok\",{},{\"id\":\"w(2)\",\"pid\":1,\"cause\":{\"signalled\":\"SIGKILL\"}}]");
    assertThat(result(exit).orElseThrow().pid()).isEqualTo(1);
  }

  @Test
  @DisplayName("P.18 kill and trouble")
  void killAndTrouble() throws Exception {
    ControlLink link = link(PATIENCE);
    link.kill("w(1)", "too late");
    supervisor
        .accept()
        .expect("[\"do\",{},\"kill\",\"w(1)\",\"too late\",4711]")
        .answer("true")
        .expectEnd();
    var trouble = link.trouble();
    supervisor
        .accept()
        .expect("[\"do\",{},\"status\"]")
        .answer("{\"trouble\":\"no worker could be started: λ\"}");
    assertThat(result(trouble)).contains("no worker could be started: λ");
    for (String status : new String[] {"{\"trouble\":null}", "{}", "7", "null"}) {
      var none = link.trouble();
      supervisor.accept().expect("[\"do\",{},\"status\"]").answer(status);
      assertThat(result(none)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[\"ok\",{},null]",
        "[\"ok\",{},7]",
        "[\"ok\",{},{\"id\":\"w(1)\"}]",
        "[\"ok\",{},{\"id\":\"w(9)\",\"cause\":{\"exited\":3}}]",
        "[\"er\",{},\"no worker w(1)\"]",
        "[\"hi\",{}]",
        "nonsense",
        "[\"ok\",{},[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
      })
  @DisplayName("P.18 Autopsy: what is no exit of that worker is none, at once")
  void whatIsNoExit(String answer) throws Exception {
    var exit = link(PATIENCE).exitOf("w(1)");
    supervisor.accept().expect(QUESTION).send(answer).expectEnd();
    assertThat(result(exit)).isEmpty();
  }

  @Test
  @DisplayName("P.18 Autopsy: an answer past the limit is none")
  void anAnswerPastTheLimit() throws Exception {
    var exit = link(PATIENCE).exitOf("w(1)");
    ScriptedPeer.Line line = supervisor.accept().expect(QUESTION).send("[\"ok\",{},\"");
    String much = "x".repeat(1 << 20);
    assertThat(
            catchThrowable(() -> {
              while (!exit.isDone()) {
                line.send(much);
              }
            }))
        .as("the client may be gone in the middle")
        .satisfiesAnyOf(
            nothing -> assertThat(nothing).isNull(),
            gone -> assertThat(gone).isInstanceOf(IOException.class));
    assertThat(result(exit)).isEmpty();
  }

  @Test
  @DisplayName("P.18 Autopsy: an end, or nobody there, is no answer, at once")
  void anEnd() throws Exception {
    var exit = link(PATIENCE).exitOf("w(1)");
    supervisor.accept().expect(QUESTION).send("[\"ok\",{},").close();
    assertThat(result(exit)).isEmpty();
    supervisor.close();
    assertThat(result(link(PATIENCE).exitOf("w(1)"))).isEmpty();
    assertThat(result(link(PATIENCE).trouble())).isEmpty();
    link(PATIENCE).kill("w(1)", "nobody there");
  }

  @Test
  @DisplayName("P.18 Autopsy: one who is silent is waited for 200 ms, then the connection ends")
  void oneWhoIsSilent() throws Exception {
    assertThat(TaskClient.DEFAULT_AUTOPSY_TIMEOUT).isEqualTo(Duration.ofMillis(200));
    long before = System.nanoTime();
    var exit =
        ((ControlLink)
                ControlLink.to(
                    hello("" + supervisor.address()),
                    supervisor.address(),
                    TaskClient.DEFAULT_AUTOPSY_TIMEOUT))
            .exitOf("w(1)");
    assertThat(result(exit)).isEmpty();
    assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(200_000_000);
    supervisor.accept().expect("[\"do\",{\"dl\":180},\"autopsy\",\"w(1)\",4711]").expectEnd();
  }

  @ParameterizedTest
  @CsvSource({
    "unix:/run/x.ctl, unix:/run/x, true",
    "unix:/run/x.ctl, tcp:localhost:7, true",
    "unix:/run/x.ctl, tcp:127.0.0.1:7, true",
    "unix:/run/x.ctl, tcp:[::1]:7, true",
    "unix:/run/x.ctl, tcp:10.0.0.1:7, false",
    "unix:/run/x.ctl, tcp:localhost.example:7, false",
    "tcp:127.0.0.1:7, unix:/run/x, false",
    "nonsense, unix:/run/x, false",
    "unix:, unix:/run/x, false",
    ", unix:/run/x, false"
  })
  @DisplayName("P.18 a path is followed only where it means the same as for the worker")
  void aPathIsFollowedOnlyHere(@Nullable String control, String server, boolean followed) {
    SupervisorLink link = ControlLink.to(hello(control), Address.parse(server), PATIENCE);
    assertThat(link.equals(SupervisorLink.NONE)).isEqualTo(!followed);
    if (!followed) {
      assertThat(link.exitOf("w(1)")).isCompletedWithValue(Optional.empty());
    }
  }
}
