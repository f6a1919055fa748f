package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("P.16 Reloading replaces every worker, spare first")
@Timeout(120)
class ReloadTest {
  private static Set<Long> pids(RunningServer running) {
    var pids = new HashSet<Long>();
    running.stats().workers().forEach(worker -> pids.add(worker.pid()));
    return pids;
  }

  /** Calls on one connection until it is asked to let go; then on the next. */
  private static int callUntil(RunningServer running, AtomicBoolean enough, AtomicInteger made)
      throws IOException {
    int connections = 0;
    while (!enough.get()) {
      connections++;
      try (RawPeer peer = running.connect()) {
        assertThat(peer.call(RetiringTest.HELLO)).startsWith("[\"hi\",");
        boolean asked = false;
        while (!asked && !enough.get()) {
          peer.send("[\"do\",{},\"echo\",1]");
          String reply = peer.receive();
          if (reply.startsWith("[\"rt\"")) {
            asked = true;
            reply = peer.receive();
          }
          assertThat(reply).isEqualTo("[\"ok\",{},[1]]");
          made.incrementAndGet();
          peer.send("[\"dn\",{}]");
        }
      }
    }
    return connections;
  }

  @Test
  @DisplayName("P.16 under steady load of four clients three reloads fail no call")
  void underLoad() throws Exception {
    try (var running =
            RunningServer.start(b -> b.serve(Served.Trial.class).standby(2).maxWorkers(6));
        var threads = Executors.newCachedThreadPool()) {
      var enough = new AtomicBoolean();
      var made = new AtomicInteger();
      List<Future<Integer>> clients = new ArrayList<>();
      try {
        for (int i = 0; i < 4; i++) {
          Callable<Integer> client = () -> callUntil(running, enough, made);
          clients.add(threads.submit(client));
        }
        running.awaitIn("BUSY", 4);
        for (int round = 0; round < 3; round++) {
          running.awaitIn("STANDBY", 2);
          Set<Long> before = pids(running);
          if (round % 2 == 0) {
            running.server.reload();
          } else {
            Asked.ask(running, "\"reload\",\"new jars\"");
          }
          int calls = made.get();
          await()
              .atMost(RunningServer.PATIENCE)
              .until(() -> pids(running).stream().noneMatch(before::contains));
          assertThat(made.get()).isGreaterThan(calls);
        }
      } finally {
        enough.set(true);
      }
      int connections = 0;
      for (Future<Integer> client : clients) {
        connections += client.get();
      }
      assertThat(connections).isGreaterThanOrEqualTo(4 * 4);
      assertThat(running.stats().killed()).isZero();
      System.out.printf("P.16 %d calls in %d connections, none failed%n", made.get(), connections);
    }
  }

  @Test
  @DisplayName("P.16 while the new ones cannot be set up the old ones stay, busy and idle")
  void theNewOnesFail() throws Exception {
    try (var running = RunningServer.start(b -> b.serve(Served.Hooked.class));
        RawPeer peer = running.connect()) {
      peer.call(RetiringTest.HELLO);
      running.awaitIn("BUSY", 1);
      running.awaitIn("STANDBY", 1);
      Set<Long> before = pids(running);
      running.tell("setup-fails");
      running.server.reload();
      await().atMost(RunningServer.PATIENCE).until(() -> running.stats().started() >= 4);
      assertThat(running.stats().trouble()).isPresent();
      assertThat(pids(running)).containsAll(before);
      assertThat(peer.hears(1)).isFalse();
      running.untell("setup-fails");
      assertThat(peer.receive()).isEqualTo("[\"rt\",{}]");
      peer.shutdownOutput();
      await()
          .atMost(RunningServer.PATIENCE)
          .until(() -> pids(running).stream().noneMatch(before::contains));
      assertThat(running.stats().trouble()).isEmpty();
    }
  }

  @Test
  @DisplayName("P.16 one that starts when the reload comes is replaced too")
  void oneThatStarts() throws Exception {
    try (var running = RunningServer.start(b -> b.serve(Served.Hooked.class).standby(2))) {
      running.awaitIn("STARTING", 2);
      running.server.reload();
      await().atMost(RunningServer.PATIENCE).until(() -> running.stats().started() >= 4);
      running.awaitIn("STANDBY", 2);
      await()
          .atMost(RunningServer.PATIENCE)
          .until(() ->
              running.stats().workers().stream().noneMatch(w -> w.toBeReplaced())
                  && running.stats().workers().size() == 2);
      assertThat(running.stats().workers())
          .extracting(ServerStats.Worker::id)
          .doesNotContain("test(1)", "test(2)");
    }
  }
}
