package dev.remuda.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.5, P.17, P.21 What only real sockets and threads can show")
class LastWordsTest extends ScriptedTest {
  @Test
  @DisplayName("P.5 P.17 a worker that is replaced at its release hears of the release first")
  void releasedThenClosed() throws Exception {
    TaskClient client = start(toPeer().maxCheckouts(1));
    var call = client.call("x");
    ScriptedPeer.Line line = peer.accept().expectFirstCall("x").answer("1");
    assertThat(result(call)).isEqualTo(1L);
    line.expect("[\"dn\",{}]");
    line.expectEnd();
  }

  @Test
  @DisplayName("P.21 checkouts that threads take at the same moment are all different ones")
  void tickets() throws Exception {
    PoolCore core = client().core();
    Set<Long> tickets = ConcurrentHashMap.newKeySet();
    try (var threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> takers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        takers.add(
            threads.submit(
                () -> IntStream.range(0, 50_000).forEach(n -> tickets.add(core.nextTicket()))));
      }
      for (Future<?> taker : takers) {
        taker.get();
      }
    }
    assertThat(tickets).hasSize(200_000);
  }
}
