package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.30, P.32 Many equal calls wait when their kind is found to be poison")
class PoisonFloodTest extends ScriptedTest {
  @Test
  @DisplayName("P.30, P.32 20,000 queued calls that have become poison are each told, at once")
  void flood() throws Exception {
    var minute = Duration.ofMinutes(1);
    TaskClient client = start(toPeer().greet().poison(new PoisonRule(1, minute, minute)));
    var first = client.call("bad");
    List<CompletableFuture<Object>> waiting = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      waiting.add(client.call("bad"));
    }
    ScriptedPeer.Line line = peer.accept().greet().expectCall("bad");
    assertThat(client.stats().waiting()).isEqualTo(20_000);
    line.close();
    assertThat(failure(first)).isInstanceOf(WorkerDiedException.class);
    peer.accept().greet();
    var all = CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new));
    all.exceptionally(e -> null).get(40, TimeUnit.SECONDS);
    assertThat(waiting)
        .allSatisfy(each -> assertThat(failure(each)).isInstanceOf(PoisonedCallException.class));
  }
}
