package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.Address;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("P.8 At the maximum, idle workers are asked back for who waits")
@Timeout(120)
class AskBackTest {
  private static final String CALL = "[\"do\",{},\"echo\",1]";
  private static final String RETIRE = "[\"rt\",{}]";

  @Test
  @DisplayName("P.8 the longest idle first, and no more than wait; since when they do is visible")
  void theLongestIdle() throws Exception {
    try (var running = RunningServer.start(b -> b.serve(Served.Trial.class).maxWorkers(2));
        RawPeer newer = running.connect()) {
      newer.call(RetiringTest.HELLO);
      try (RawPeer older = running.connect()) {
        older.call(RetiringTest.HELLO);
        older.call(CALL);
        older.send("[\"dn\",{}]");
        running.awaitIn("BUSY", 2);
        newer.call("[\"do\",{},\"sleep\",500]"); // so that its end is the later one, on any machine
        newer.send("[\"dn\",{}]");
        try (RawPeer waiting = running.connect()) {
          waiting.send(RetiringTest.HELLO);
          assertThat(older.receive()).isEqualTo(RETIRE);
          assertThat(running.awaitIn("RETIRING", 1).getFirst().reason())
              .matches("a connection waits, and its client has not used it for \\d+ ms");
          var queues = (List<?>) Asked.map(running, "\"status\"").get("waiting");
          var queue = (Map<?, ?>) queues.getFirst();
          assertThat(queue.get("address"))
              .isEqualTo(running.server.addresses().getFirst().toString());
          assertThat(queue.get("connections")).isEqualTo(1L);
          assertThat((Long) queue.get("millis")).isPositive();
          older.shutdownOutput();
          assertThat(waiting.receive()).startsWith("[\"hi\",");
          assertThat(newer.hears(1)).isFalse();
          await().atMost(RunningServer.PATIENCE).until(() -> running.stats().waiting().isEmpty());
          assertThat(running.stats().killed()).isZero();
        }
      }
    }
  }

  @Test
  @DisplayName("P.8 a checkout that is open is not disturbed")
  void anOpenCheckout() throws Exception {
    try (var running = RunningServer.start(b -> b.serve(Served.Trial.class).maxWorkers(1));
        RawPeer open = running.connect()) {
      open.call(RetiringTest.HELLO);
      open.call(CALL);
      try (RawPeer waiting = running.connect()) {
        waiting.send(RetiringTest.HELLO);
        assertThat(open.hears(500)).isFalse();
        assertThat(open.call(CALL)).isEqualTo("[\"ok\",{},[1]]");
        open.send("[\"dn\",{}]");
        assertThat(open.receive()).isEqualTo(RETIRE);
        open.shutdownOutput();
        assertThat(waiting.receive()).startsWith("[\"hi\",");
      }
    }
  }

  @Test
  @DisplayName("P.8 clients that want more than there is do not pass workers round without a pause")
  void noPassingRound() throws Exception {
    try (var running = RunningServer.start(b -> b.serve(Served.Trial.class).maxWorkers(1));
        var threads = Executors.newCachedThreadPool()) {
      var enough = new AtomicBoolean();
      for (int i = 0; i < 2; i++) {
        threads.submit(() -> {
          while (!enough.get()) {
            try (RawPeer peer = running.connect()) {
              peer.send(RetiringTest.HELLO);
              while (!enough.get() && !(peer.hears(50) && peer.receive().startsWith("[\"rt\""))) {
                assertThat(running.server).isNotNull();
              }
            }
          }
          return null;
        });
      }
      try {
        await()
            .during(Duration.ofSeconds(6))
            .atMost(Duration.ofSeconds(20))
            .until(() -> running.stats().started() < 10);
        await().atMost(RunningServer.PATIENCE).until(() -> running.stats().started() > 2);
      } finally {
        enough.set(true); // else they would keep the test from ending
      }
    }
  }

  @Test
  @DisplayName("P.8 a place that becomes free is for the address where somebody waited longest")
  void longestWaitFirst() throws Exception {
    try (var running =
        RunningServer.start(
            b -> b.serve(Served.Trial.class).listen("tcp:127.0.0.1:0").standby(0).maxWorkers(1))) {
      List<Address> addresses = running.server.addresses();
      try (RawPeer open = RawPeer.connect(addresses.getFirst())) {
        open.call(RetiringTest.HELLO);
        open.call(CALL);
        try (RawPeer second = RawPeer.connect(addresses.getLast())) {
          second.send(RetiringTest.HELLO);
          awaitWaiting(running, 1);
          try (RawPeer third = RawPeer.connect(addresses.getFirst())) {
            third.send(RetiringTest.HELLO);
            awaitWaiting(running, 2);
            open.shutdownOutput();
            assertThat(second.receive()).startsWith("[\"hi\",");
            assertThat(third.hears(1)).isFalse();
            second.shutdownOutput();
            assertThat(third.receive()).startsWith("[\"hi\",");
          }
        }
      }
    }
  }

  private static void awaitWaiting(RunningServer running, int addresses) {
    await()
        .atMost(RunningServer.PATIENCE)
        .until(() -> running.stats().waiting().size() == addresses);
  }
}
