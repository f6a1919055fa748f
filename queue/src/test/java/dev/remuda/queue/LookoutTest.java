package dev.remuda.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** When and from where on a consumer looks. */
class LookoutTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  @Test
  @DisplayName(
      "D.12 a kick that finds nothing behind the mark is followed by a look from the start")
  void fromTheStartAfterAll() {
    var lookout = new Lookout("t", 100);
    lookout.requests(10);
    lookout.seen(
        List.of(new ClaimedRow(7, "x", 1, true, 1, 0, null, null, 0, true)), 10, 100_000_000);
    lookout.kick();
    assertThat(lookout.requests(10).getLast().fromId()).isEqualTo(8);
    lookout.seen(List.of(), 10, 1_000);
    // What was committed late is before the mark, and looks from the start are dear at present.
    await().atMost(PATIENCE).until(lookout::hungry);
    assertThat(lookout.requests(10).getLast().fromId()).isZero();
    lookout.seen(List.of(), 10, 1_000);
    assertThat(lookout.hungry()).isFalse();
    assertThat(lookout.untilDue()).isGreaterThan(Duration.ofDays(1).toNanos());
  }
}
