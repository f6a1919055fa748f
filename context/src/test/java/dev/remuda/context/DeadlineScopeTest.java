package dev.remuda.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("P.24 A deadline that code runs under")
class DeadlineScopeTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  @Test
  @DisplayName("P.24 code runs under it, and under none before and after")
  void current() {
    Deadline deadline = Deadline.in(HOUR);
    assertThat(Deadline.current()).isEmpty();
    Optional<Deadline> within = deadline.during(Deadline::current);
    assertThat(within).containsSame(deadline);
    assertThat(Deadline.current()).isEmpty();
  }

  @Test
  @DisplayName("P.24 of nested ones the earlier counts, whichever is inside")
  void nested() {
    Deadline early = Deadline.in(HOUR);
    Deadline late = Deadline.in(DAY);
    Optional<Deadline> lateInside = early.during(() -> late.during(Deadline::current));
    Optional<Deadline> earlyInside = late.during(() -> early.during(Deadline::current));
    Optional<Deadline> afterwards =
        late.during(() -> {
          early.during(Deadline::current);
          return Deadline.current();
        });
    assertThat(lateInside).containsSame(early);
    assertThat(earlyInside).containsSame(early);
    assertThat(afterwards).containsSame(late);
  }

  @Test
  @DisplayName("P.24 what is left grows less, and is never negative")
  void left() {
    Deadline deadline = Deadline.in(HOUR);
    Duration first = deadline.left();
    Duration second = deadline.left();
    assertThat(first).isLessThanOrEqualTo(HOUR).isGreaterThan(HOUR.minusMinutes(1));
    assertThat(second).isLessThanOrEqualTo(first);
    assertThat(deadline.isOver()).isFalse();
    assertThat(deadline.nanoTime() - System.nanoTime()).isBetween(1L, HOUR.toNanos());
    assertThat(deadline.toString()).matches("in 3[0-9]{6} ms");
  }

  @Test
  @DisplayName("P.24 one of no time, or of less than none, is over from the start")
  void past() {
    for (Duration none :
        new Duration[] {Duration.ZERO, Duration.ofDays(-1), Duration.ofSeconds(Long.MIN_VALUE)}) {
      Deadline deadline = Deadline.in(none);
      assertThat(deadline.isOver()).isTrue();
      assertThat(deadline.left()).isZero();
      assertThat(deadline).hasToString("in 0 ms");
    }
  }

  @Test
  @DisplayName("P.24 one that no clock can count is refused with its value")
  void tooLong() {
    Duration longest = Duration.ofDays(36_500);
    assertThat(Deadline.in(longest).left()).isGreaterThan(longest.minusDays(1));
    assertThat(Deadline.in(longest).isOver()).isFalse();
    assertThatThrownBy(() -> Deadline.in(longest.plusNanos(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("at most", "PT876000H", "PT876000H0.000000001S");
    assertThatThrownBy(() -> Deadline.in(Duration.ofSeconds(Long.MAX_VALUE)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName("P.24 what the code gives and throws comes through, checked exceptions too")
  void resultAndFailure() {
    Deadline deadline = Deadline.in(HOUR);
    assertThat(deadline.<String, RuntimeException>during(() -> "done")).isEqualTo("done");
    assertThatThrownBy(() ->
            deadline.<String, IOException>during(() -> {
              throw new IOException("mine");
            }))
        .isInstanceOf(IOException.class)
        .hasMessage("mine");
    assertThat(Deadline.current()).isEmpty();
  }

  @Test
  @DisplayName("P.24 a deadline that is over interrupts nothing: the code is to look")
  void noInterrupt() {
    boolean over =
        Deadline.in(Duration.ZERO)
            .during(() -> Deadline.current().orElseThrow().isOver() && !Thread.interrupted());
    assertThat(over).isTrue();
  }

  @Test
  @DisplayName("P.24 another thread does not run under it")
  void otherThreads() {
    Optional<Deadline> elsewhere =
        Deadline.in(HOUR).during(() -> CompletableFuture.supplyAsync(Deadline::current).join());
    assertThat(elsewhere).isEmpty();
  }
}
