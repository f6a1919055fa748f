package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.WorkerExit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("P.30 What ends with its server, or by a network, was not killed by its call")
class InnocentCallTest extends ScriptedTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final PoisonRule ONE_DEATH = new PoisonRule(1, MINUTE, MINUTE);

  interface Store {
    @Idempotent
    long get(String key);
  }

  private static WorkerExit exit(boolean blameless) {
    return new WorkerExit(
        "w(1)",
        4711,
        new WorkerExit.Cause.Signalled("SIGKILL"),
        blameless ? "its server was closed" : null,
        Duration.ofSeconds(1),
        1,
        Duration.ZERO,
        0,
        null,
        List.of(),
        blameless);
  }

  private static SupervisorLink saying(Optional<WorkerExit> exit) {
    return new SupervisorLink() {
      @Override
      public CompletableFuture<Optional<WorkerExit>> exitOf(String workerId) {
        return CompletableFuture.completedFuture(exit);
      }

      @Override
      public void kill(String workerId, String reason) {}

      @Override
      public CompletableFuture<Optional<String>> trouble() {
        return CompletableFuture.completedFuture(Optional.empty());
      }
    };
  }

  private void dies(TaskClient client) throws Exception {
    var call = client.call("x", "same");
    peer.accept().greet().expect("[\"do\",{},\"x\",\"same\"]").close();
    assertThat(failure(call)).isInstanceOf(WorkerDiedException.class);
  }

  @Test
  @DisplayName("P.30 a supervisor that says it was its own end: the call is served again")
  void blameless() throws Exception {
    TaskClient client =
        start(toPeer().greet().poison(ONE_DEATH).supervisor(saying(Optional.of(exit(true)))));
    for (int i = 0; i < 3; i++) {
      dies(client);
    }
  }

  @Test
  @DisplayName("P.30 a supervisor that does not know, or is gone: the call is served again")
  void unknown() throws Exception {
    TaskClient client =
        start(toPeer().greet().poison(ONE_DEATH).supervisor(saying(Optional.empty())));
    for (int i = 0; i < 3; i++) {
      dies(client);
    }
  }

  @Test
  @DisplayName("P.30 a supervisor that saw the worker die: the call is refused")
  void guilty() throws Exception {
    TaskClient client =
        start(toPeer().greet().poison(ONE_DEATH).supervisor(saying(Optional.of(exit(false)))));
    dies(client);
    assertThat(failure(client.call("x", "same"))).isInstanceOf(PoisonedCallException.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisplayName("P.30 the same of an idempotent call, which was sent again meanwhile")
  void repeated(boolean blameless) throws Exception {
    TaskClient client =
        start(
            toPeer()
                .greet()
                .poison(new PoisonRule(2, MINUTE, MINUTE))
                .supervisor(saying(Optional.of(exit(blameless)))));
    var get = client.of(Store.class).async(store -> store.get("k"));
    for (int i = 0; i < 2; i++) {
      peer.accept().greet().expect("[\"do\",{},\"get\",\"k\"]").close();
    }
    ScriptedPeer.Line line = peer.accept().greet();
    if (blameless) {
      line.expect("[\"do\",{},\"get\",\"k\"]").answer("1");
      assertThat(result(get)).isEqualTo(1L);
    } else {
      assertThat(failure(get)).isInstanceOf(PoisonedCallException.class);
    }
  }

  @Test
  @DisplayName("P.30 the same call under way many times when a server ends counts once")
  void together() throws Exception {
    TaskClient client = start(toPeer().greet().maxWorkers(4));
    var calls = new ArrayList<CompletableFuture<Object>>();
    var lines = new ArrayList<ScriptedPeer.Line>();
    for (int i = 0; i < 4; i++) {
      calls.add(client.call("x", "same"));
      lines.add(peer.accept().greet().expect("[\"do\",{},\"x\",\"same\"]"));
    }
    for (ScriptedPeer.Line line : lines) {
      line.close();
    }
    for (CompletableFuture<Object> call : calls) {
      assertThat(failure(call)).isInstanceOf(WorkerDiedException.class);
    }
    var again = client.call("x", "same");
    peer.accept().greet().expect("[\"do\",{},\"x\",\"same\"]").answer("1");
    assertThat(result(again)).isEqualTo(1L);
  }

  @Test
  @DisplayName("P.30 a server of which nothing is known, and which is gone then: it has ended")
  void serverGone() throws Exception {
    TaskClient client = start(toPeer().greet().poison(ONE_DEATH).minWorkers(1));
    var call = client.call("x", "same");
    ScriptedPeer.Line line = peer.accept().greet().expect("[\"do\",{},\"x\",\"same\"]");
    peer.close();
    line.close();
    assertThat(failure(call)).isInstanceOf(WorkerDiedException.class);
    var again = client.call("x", "same");
    await().atMost(PATIENCE).until(() -> client.connectFailure().get().isPresent());
    ScriptedPeer up = listening(ScriptedPeer.unix(folder.resolve("s")));
    up.accept().greet().expect("[\"do\",{},\"x\",\"same\"]").answer("1");
    assertThat(result(again)).isEqualTo(1L);
  }
}
