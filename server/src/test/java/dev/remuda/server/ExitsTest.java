package dev.remuda.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.protocol.WorkerExit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.18 Autopsy: how long ends are remembered")
class ExitsTest {
  private final Exits exits = new Exits();

  private static WorkerExit exit(int number, List<String> lines) {
    return new WorkerExit(
        "w(" + number + ")",
        number,
        new WorkerExit.Cause.Exited(1),
        null,
        Duration.ZERO,
        0,
        Duration.ZERO,
        0,
        null,
        lines);
  }

  @Test
  @DisplayName("P.18 Autopsy: the last 1,000 are")
  void theLastThousand() {
    for (int i = 1; i <= 1_500; i++) {
      exits.add(exit(i, List.of("line")));
    }
    assertThat(exits.of("w(500)")).isNull();
    assertThat(exits.of("w(501)")).isNotNull();
    assertThat(exits.of("w(1500)")).isNotNull();
  }

  @Test
  @DisplayName("P.18 Autopsy: fewer where their lines are very long, the newest in any case")
  void fewerWhereLinesAreLong() {
    List<String> lines = Collections.nCopies(200, "x".repeat(16 << 10));
    for (int i = 1; i <= 100; i++) {
      exits.add(exit(i, lines));
    }
    assertThat(exits.of("w(90)")).isNull();
    assertThat(exits.of("w(91)")).isNotNull();
    List<String> huge = Collections.nCopies(200, "x".repeat(1 << 20));
    exits.add(exit(101, huge));
    assertThat(exits.of("w(100)")).isNull();
    assertThat(exits.of("w(101)")).isNotNull();
  }

  @Test
  @DisplayName("P.18 Autopsy: who waits for an end hears it once; who has given up is forgotten")
  void whoWaitsHearsItOnce() {
    var heard = new ArrayList<String>();
    exits.await("w(1)", exit -> heard.add("first " + exit.id()));
    Runnable giveUp = exits.await("w(1)", exit -> heard.add("second " + exit.id()));
    exits.await("w(2)", exit -> heard.add("other"));
    assertThat(exits.waiting()).isEqualTo(3);
    giveUp.run();
    giveUp.run();
    exits.add(exit(1, List.of()));
    exits.add(exit(1, List.of()));
    assertThat(heard).containsExactly("first w(1)");
    assertThat(exits.waiting()).isEqualTo(1);
  }
}
