package dev.remuda.storm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.storm.ThreeHosts.Call;
import dev.remuda.storm.ThreeHosts.Event;
import dev.remuda.storm.ThreeHosts.Story;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@DisplayName("P.35 Three hosts: one is killed, one is cut off, one drains")
@Timeout(240)
@Isolated("so many workers start at once that others beside it would wait too long")
class ThreeHostsTest {
  /** Where the picture of docs/storm.md is drawn anew. */
  private static final String PLOT = System.getProperty("storm.plot", "");

  /** For the picture; without it no call is to fail because the machine is busy. */
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(PLOT.isEmpty() ? 5 : 1);

  private static final Duration SECOND = Duration.ofMillis(PLOT.isEmpty() ? 500 : 1_000);

  @TempDir Path folder;

  @Test
  @DisplayName("P.35 P.1 calls go on; those that fail are no more than were under way there")
  void callsGoOn() throws Exception {
    Story story = new ThreeHosts(CALL_TIMEOUT).run(folder, SECOND);
    if (!PLOT.isEmpty()) {
      Files.writeString(Path.of(PLOT), new ThreeHostsPlot(story).svg());
    }
    assertFailed(story.between(null, Event.KILLED), 0);
    assertFailed(story.between(Event.KILLED, Event.CUT_OFF), ThreeHosts.CALLERS);
    assertFailed(story.between(Event.CUT_OFF, Event.DRAINS), ThreeHosts.CALLERS);
    assertFailed(story.between(Event.DRAINS, null), 0);
    assertThat(story.calls())
        .extracting(Call::error)
        .isSubsetOf("", "WorkerDiedException", "CallTimeoutException");
  }

  private static void assertFailed(List<Call> calls, int atMost) {
    assertThat(calls.stream().filter(Call::failed)).hasSizeLessThanOrEqualTo(atMost);
    assertThat(calls.stream().filter(c -> !c.failed())).hasSizeGreaterThan(50);
  }
}
