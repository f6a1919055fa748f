package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayName("P.18 The threads of a live worker are shown on demand")
@Timeout(120)
class DumpTest {
  private static final int SIGSTOP = 19;
  private static final String DUMP = "[\"do\",{\"dl\":10000},\"dump\",\"test(1)\"]";

  private static String dump(RawPeer asker) throws Exception {
    return (String) Objects.requireNonNull(Asked.ok(asker.call(DUMP)));
  }

  @Test
  @DisplayName("P.18 while it is idle and while a call runs, which goes on, to all who ask")
  void idleAndBusy() throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class);
        RawPeer asker = running.ask();
        RawPeer other = running.ask()) {
      running.awaitIn("STANDBY", 1);
      assertThat(dump(asker)).startsWith("\"main\" #").contains("accept").doesNotContain("pause");
      try (RawPeer peer = running.connect()) {
        peer.call(RetiringTest.HELLO);
        peer.send("[\"do\",{},\"sleep\",3000]");
        running.awaitIn("BUSY", 1);
        other.send(DUMP);
        assertThat(dump(asker)).contains("Served$Trial.sleep");
        assertThat((String) Asked.ok(other.receive())).contains("Served$Trial.sleep");
        assertThat(running.server.dump("test(1)", Duration.ofSeconds(10)).join().orElseThrow())
            .startsWith("\"main\" #");
        assertThat(peer.receive()).isEqualTo("[\"ok\",{},null]");
      }
      assertThat(running.printed).noneMatch(line -> line.contains("\"main\" #"));
    }
  }

  @Test
  @DisplayName("P.18 with many threads and very long names too")
  void large() throws Exception {
    try (var running = RunningServer.serving(ServedExtensions.class);
        RawPeer asker = running.ask();
        RawPeer peer = running.connect()) {
      peer.call("[\"hi\",{\"c\":{\"v\":1,\"caps\":[\"pr\"],\"name\":\"raw\"}}]");
      peer.send("[\"do\",{\"pr\":1},\"park\",800]");
      assertThat(peer.receive()).startsWith("[\"pr\",");
      // A dump ends after half a second, which the first one may need on a slow machine.
      await().atMost(RunningServer.PATIENCE).until(() -> dump(asker).contains("guest-800"));
      assertThat(running.in("BUSY")).hasSize(1);
    }
  }

  @Test
  @DisplayName("P.18 of one that is stopped, dies, is dead, or says nothing, it says so")
  void none() throws Exception {
    try (var running = RunningServer.serving(Served.Trial.class);
        RawPeer asker = running.ask()) {
      long pid = running.awaitIn("STANDBY", 1).getFirst().pid();
      Linux.signal(pid, SIGSTOP);
      assertThat(asker.call("[\"do\",{\"dl\":200},\"dump\",\"test(1)\"," + pid + "]"))
          .isEqualTo(
              "[\"er\",{},\"worker 'test(1)' has not said within 200 ms what its threads do\"]");
      assertThat(running.server.dump("test(1)", Duration.ofMillis(50)).join()).isEmpty();
      asker.send(DUMP);
      assertThat(asker.hears(100)).isFalse();
      running.server.kill("test(1)", "enough");
      assertThat(asker.receive()).startsWith("[\"er\",{},\"meanwhile ").contains("enough");
      running.server.exitOf("test(1)").get(30, TimeUnit.SECONDS);
      assertThat(asker.call(DUMP)).isEqualTo("[\"er\",{},\"worker 'test(1)' has ended\"]");
      assertThat(running.server.dump("test(1)", Duration.ofDays(1)).join()).isEmpty();
    }
  }
}
