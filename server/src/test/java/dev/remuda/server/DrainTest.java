package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.remuda.protocol.WorkerExit;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("P.16, P.18 A server that ends lets checkouts come to their end")
@Timeout(120)
class DrainTest {
  private static final String HELLO = RetiringTest.HELLO;
  private static final int SIGSTOP = 19;

  private static CompletableFuture<Void> closing(RunningServer running, Duration grace) {
    return CompletableFuture.runAsync(() -> running.server.close(grace));
  }

  private static void awaitEnd(CompletableFuture<?> end) throws Exception {
    end.get(30, TimeUnit.SECONDS);
  }

  private static WorkerExit exit(RunningServer running, String id) throws Exception {
    return running.server.exitOf(id).get(30, TimeUnit.SECONDS).orElseThrow();
  }

  private static void awaitRefusal(RunningServer running) {
    await()
        .atMost(RunningServer.PATIENCE)
        .untilAsserted(() ->
            assertThatThrownBy(() -> running.connect().close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("refused"));
  }

  @Test
  @DisplayName("P.16 a call that runs gets its answer, within the grace; then all is over at once")
  void aCallThatRuns() throws Exception {
    try (var running = RunningServer.start(b -> b.serve(ServedExtensions.class).standby(2));
        RawPeer peer = running.connect()) {
      peer.call(HELLO);
      running.awaitIn("BUSY", 1);
      String idle = running.awaitIn("STANDBY", 2).getFirst().id();
      peer.send("[\"do\",{},\"sleep\",500]");
      CompletableFuture<Void> closed = closing(running, Duration.ofMinutes(1));
      assertThat(peer.receive()).isEqualTo("[\"rt\",{}]");
      assertThat(closed).isNotDone();
      assertThat(peer.receive()).isEqualTo("[\"ok\",{},null]");
      peer.shutdownOutput();
      awaitEnd(closed);
      assertThat(running.stats().killed()).isZero();
      assertThat(exit(running, idle).cause()).hasToString("exited with status 0");
    }
  }

  @Test
  @DisplayName("P.16 a client that does not let go meets the end of the grace, and it says why")
  void aClientThatDoesNotLetGo() throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class);
        RawPeer peer = running.connect()) {
      peer.call(HELLO);
      running.awaitIn("BUSY", 1);
      peer.send("[\"do\",{},\"spin\"]");
      long began = System.nanoTime();
      awaitEnd(closing(running, Duration.ofMillis(600)));
      assertThat(System.nanoTime() - began).isGreaterThan(600_000_000L);
      assertThat(exit(running, "test(1)").reason())
          .isEqualTo("its checkout was not over 600 ms after it was asked back");
      assertThat(peer.rest()).isEqualTo("[\"rt\",{}]");
    }
  }

  @Test
  @DisplayName("P.16 a second close cuts the grace short; a senseless grace is refused")
  void aSecondClose() throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class);
        RawPeer peer = running.connect()) {
      peer.call(HELLO);
      running.awaitIn("BUSY", 1);
      for (Duration bad : new Duration[] {Duration.ofMillis(-1), Duration.ofDays(400)}) {
        assertThatThrownBy(() -> running.server.close(bad)).hasMessageContaining(bad.toString());
      }
      CompletableFuture<Void> closed = closing(running, Duration.ofDays(1));
      assertThat(peer.receive()).isEqualTo("[\"rt\",{}]");
      running.server.close();
      awaitEnd(closed);
      assertThat(exit(running, "test(1)").reason()).isEqualTo("its server was closed");
    }
  }

  @Test
  @DisplayName("P.16, P.18 drain takes nothing new, serves what is there, and ends by itself")
  void drain() throws Exception {
    try (var running = RunningServer.start(b -> b.serve(Served.Trial.class).standby(3));
        RawPeer peer = running.connect()) {
      peer.call(HELLO);
      running.awaitIn("BUSY", 1);
      running.awaitIn("STANDBY", 3);
      CompletableFuture<?> ended = running.server.ended();
      assertThat(Asked.ask(running, "\"drain\"")).isNull();
      assertThat(peer.receive()).isEqualTo("[\"rt\",{}]");
      awaitRefusal(running);
      await().atMost(RunningServer.PATIENCE).until(() -> running.stats().workers().size() == 1);
      assertThat(running.in("RETIRING")).hasSize(1);
      assertThat(Asked.map(running, "\"status\"").get("draining")).isEqualTo(true);
      assertThat(peer.call("[\"do\",{},\"echo\",1]")).isEqualTo("[\"ok\",{},[1]]");
      assertThat(ended).isNotDone();
      try (RawPeer other = running.ask()) {
        assertThat(other.call("[\"do\",{},\"reload\"]"))
            .isEqualTo("[\"er\",{},\"it is ending, nothing is replaced\"]");
      }
      peer.shutdownOutput();
      awaitEnd(ended);
      awaitEnd(running.server.drain());
      assertThat(running.stats().killed()).isZero();
      assertThat(running.stats().started()).isEqualTo(4);
      assertThat(running.folder.resolve("s")).doesNotExist();
    }
  }

  @Test
  @DisplayName("P.16 who waits in the queue when it stops listening is still served")
  void theQueueIsServed() throws Exception {
    try (var running = RunningServer.start(b -> b.serve(Served.Trial.class).maxWorkers(1));
        RawPeer first = running.connect()) {
      first.call(HELLO);
      running.awaitIn("BUSY", 1);
      try (RawPeer second = running.connect();
          RawPeer third = running.connect()) {
        second.send(HELLO);
        third.send("[\"do\",{},\"echo\",3]");
        CompletableFuture<?> ended = running.server.drain();
        assertThat(first.receive()).isEqualTo("[\"rt\",{}]");
        awaitRefusal(running);
        first.shutdownOutput();
        assertThat(second.receive()).startsWith("[\"hi\",");
        assertThat(second.receive()).isEqualTo("[\"rt\",{}]");
        assertThat(second.call("[\"do\",{},\"echo\",2]")).isEqualTo("[\"ok\",{},[2]]");
        second.shutdownOutput();
        assertThat(third.receive()).isEqualTo("[\"ok\",{},[3]]");
        third.shutdownOutput();
        awaitEnd(ended);
        assertThat(running.stats().killed()).isZero();
      }
    }
  }

  @Test
  @DisplayName("P.16 on TCP nobody connects into a queue that a busy worker still holds open")
  void tcp() throws Exception {
    try (var server =
            TaskServer.builder().listen("tcp:127.0.0.1:0").serve(Served.Trial.class).start();
        RawPeer peer = RawPeer.connect(server.addresses().getFirst())) {
      peer.call(HELLO);
      CompletableFuture<?> ended = server.drain();
      assertThat(peer.receive()).isEqualTo("[\"rt\",{}]");
      await()
          .atMost(RunningServer.PATIENCE)
          .untilAsserted(() ->
              assertThatThrownBy(() -> RawPeer.connect(server.addresses().getFirst()).close())
                  .hasMessageContaining("refused"));
      assertThat(peer.call("[\"do\",{},\"echo\",1]")).isEqualTo("[\"ok\",{},[1]]");
      peer.shutdownOutput();
      awaitEnd(ended);
    }
  }

  @Test
  @DisplayName("P.16 stopped workers, idle or busy, do not keep a server that ends")
  void stoppedWorkers() throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class);
        RawPeer peer = running.connect()) {
      peer.call(HELLO);
      running.awaitIn("STANDBY", 1);
      for (ServerStats.Worker worker : running.stats().workers()) {
        Linux.signal(worker.pid(), SIGSTOP);
      }
      long began = System.nanoTime();
      awaitEnd(closing(running, Duration.ofSeconds(7)));
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
      assertThat(exit(running, "test(1)").reason()).contains("was not over 7000 ms after");
      assertThat(exit(running, "test(2)").reason()).startsWith("it did not leave within 5000 ms");
    }
  }

  @Test
  @DisplayName("P.16 a server whose workers cannot start ends all the same")
  void inTrouble() throws Exception {
    try (var running = RunningServer.start(b -> b.command("/no/such/program"))) {
      await().atMost(RunningServer.PATIENCE).until(() -> running.stats().trouble().isPresent());
      try (RawPeer waiting = running.connect()) {
        awaitEnd(running.server.drain());
        assertThat(waiting.rest()).isEmpty();
      }
    }
  }
}
