package dev.remuda.storm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.storm.ThreeHosts.Call;
import dev.remuda.storm.ThreeHosts.Event;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("P.35 Three hosts: one is killed, one is cut off, one drains")
@Timeout(240)
class ThreeHostsTest {
  /** Where the picture of docs/storm.md is drawn anew. */
  private static final String PLOT = System.getProperty("storm.plot", "");

  private static final Duration SECOND = Duration.ofMillis(PLOT.isEmpty() ? 700 : 1_000);

  @TempDir Path folder;

  @Test
  @DisplayName("P.35 P.1 calls go on; those that fail are no more than were under way there")
  void callsGoOn() throws Exception {
    List<Call> calls = new ThreeHosts().run(folder, SECOND);
    if (!PLOT.isEmpty()) {
      Files.writeString(Path.of(PLOT), new ThreeHostsPlot(calls, SECOND.toMillis()).svg());
    }
    assertFailed(calls, null, Event.KILLED, 0);
    assertFailed(calls, Event.KILLED, Event.CUT_OFF, ThreeHosts.CALLERS);
    assertFailed(calls, Event.CUT_OFF, Event.DRAINS, ThreeHosts.CALLERS);
    assertFailed(calls, Event.DRAINS, null, 0);
    assertThat(calls)
        .extracting(Call::error)
        .containsOnly("", "WorkerDiedException", "CallTimeoutException");
  }

  /** Of those made from one event on until another. */
  private static void assertFailed(List<Call> calls, Event from, Event to, int atMost) {
    double begin = from == null ? 0 : from.at * (double) SECOND.toMillis();
    double end = to == null ? Double.MAX_VALUE : to.at * (double) SECOND.toMillis();
    // A call that is under way at an event fails by that one.
    List<Call> ended =
        calls.stream().filter(c -> c.endMillis() >= begin && c.endMillis() < end).toList();
    assertThat(ended.stream().filter(Call::failed)).as("%s", from).hasSizeLessThanOrEqualTo(atMost);
    assertThat(ended.stream().filter(c -> !c.failed())).as("%s", from).hasSizeGreaterThan(50);
  }
}
