package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.26 A call of a checkout that is refused as poison")
class PoisonedMiddleTest extends ScriptedTest {
  @Test
  @DisplayName("P.26, P.30 what was issued behind a poisoned call is skipped, not run")
  void middle() throws Exception {
    var minute = Duration.ofMinutes(1);
    TaskClient client = start(toPeer().greet().poison(new PoisonRule(1, minute, minute)));
    var killer = client.call("insert");
    peer.accept().greet().expectCall("insert").close();
    assertThat(failure(killer)).isInstanceOf(WorkerDiedException.class);

    try (Checkout<Object> checkout = client.checkout()) {
      var begin = checkout.call("begin");
      var insert = checkout.call("insert");
      var commit = checkout.call("commit");
      client.stats(); // by now the loop has all three
      ScriptedPeer.Line line = peer.accept().greet().expectCall("begin").answer("1");
      assertThat(result(begin)).isEqualTo(1L);
      assertThat(failure(insert)).isInstanceOf(PoisonedCallException.class);
      line.expectNothingFrom(client);
      assertThat(failure(commit)).isInstanceOf(CallSkippedException.class);
    }
  }
}
