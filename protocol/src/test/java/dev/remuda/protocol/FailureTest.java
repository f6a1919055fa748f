package dev.remuda.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Protocol: capability ex")
class FailureTest {
  private static Failure travelled(Failure failure) {
    var writer = new MessageWriter(Limits.DEFAULTS);
    writer.write(new Message.Er(Meta.EMPTY.and(failure), "text"));
    var reader = new MessageReader(Limits.DEFAULTS);
    reader.feed(writer.written());
    return reader.next().meta().failure();
  }

  @Test
  void aThrowableTravelsWithStackCauseAndSuppressed() {
    var thrown = new IllegalStateException("outer λ", new RuntimeException((String) null));
    thrown.addSuppressed(new IllegalArgumentException("beside"));
    Failure failure = travelled(Failure.of(thrown));
    assertThat(failure.className()).isEqualTo("java.lang.IllegalStateException");
    assertThat(failure.message()).isEqualTo("outer λ");
    assertThat(failure.frames().getFirst().getMethodName())
        .isEqualTo("aThrowableTravelsWithStackCauseAndSuppressed");
    assertThat(failure.frames()).hasSameSizeAs(List.of(thrown.getStackTrace()));
    assertThat(failure.frames().getFirst().getLineNumber())
        .isEqualTo(thrown.getStackTrace()[0].getLineNumber());
    assertThat(failure.cause().className()).isEqualTo("java.lang.RuntimeException");
    assertThat(failure.cause().message()).isNull();
    assertThat(failure.suppressed())
        .singleElement()
        .extracting(Failure::message)
        .isEqualTo("beside");
  }

  @Test
  void aCycleOfCausesIsCut() {
    var one = new RuntimeException("one");
    var two = new RuntimeException("two", one);
    one.initCause(two);
    one.addSuppressed(two);
    Failure failure = travelled(Failure.of(one));
    assertThat(failure.message()).isEqualTo("one");
    assertThat(failure.toString().length()).isLessThan(100_000);
  }

  @Test
  void aLongChainAndManySuppressedAreCut() {
    Throwable chain = new RuntimeException("innermost");
    for (int i = 0; i < 1000; i++) {
      chain = new RuntimeException("level " + i, chain);
      chain.addSuppressed(new RuntimeException("beside"));
    }
    assertThat(throwables(travelled(Failure.of(chain)))).isLessThanOrEqualTo(16);
  }

  private static int throwables(Failure failure) {
    int count = 1 + (failure.cause() == null ? 0 : throwables(failure.cause()));
    for (Failure each : failure.suppressed()) {
      count += throwables(each);
    }
    return count;
  }

  @Test
  void aDeepStackIsCutAtTheOutside() {
    StackTraceElement[] deep = new StackTraceElement[10_000];
    for (int i = 0; i < deep.length; i++) {
      deep[i] = new StackTraceElement("C", "m" + i, null, -1);
    }
    var thrown = new RuntimeException("deep");
    thrown.setStackTrace(deep);
    Failure failure = travelled(Failure.of(thrown));
    assertThat(failure.frames()).hasSize(Failure.MAX_FRAMES);
    assertThat(failure.frames().getFirst().getMethodName()).isEqualTo("m0");
    assertThat(failure.frames().getFirst().getFileName()).isNull();
  }

  @Test
  void theOutermostFramesOfTheMachineryGo() {
    var thrown = new RuntimeException("x");
    thrown.setStackTrace(
        new StackTraceElement[] {
          new StackTraceElement("machine.A", "in", null, 1),
          new StackTraceElement("user.B", "m", null, 2),
          new StackTraceElement("machine.A", "out", null, 3),
          new StackTraceElement("machine.C", "main", null, 4)
        });
    Failure failure = Failure.of(thrown).without(f -> f.getClassName().startsWith("machine."));
    assertThat(failure.frames())
        .extracting(StackTraceElement::getMethodName)
        .containsExactly("in", "m");
  }

  @Test
  void aMessageWithAnUnpairedSurrogateStillTravels() {
    assertThat(travelled(Failure.of(new RuntimeException("a\ud83db"))).message()).isEqualTo("a?b");
  }

  @Test
  void whatAPeerGetsWrongCountsAsAbsent() {
    Failure failure =
        Failure.fromWire(
            Map.of(
                "class", 7L,
                "message", List.of(),
                "frames", List.of("x", List.of(1L), List.of("C", "m", 5L, "no number")),
                "cause", "none",
                "suppressed", List.of(1L, Map.of())));
    assertThat(failure.className()).isEqualTo("unknown");
    assertThat(failure.message()).isNull();
    assertThat(failure.frames()).containsExactly(new StackTraceElement("C", "m", null, -1));
    assertThat(failure.cause()).isNull();
    assertThat(failure.suppressed()).hasSize(1);
  }
}
