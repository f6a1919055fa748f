package dev.remuda.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Autopsy: how a worker ended, on the wire")
class WorkerExitTest {
  private static WorkerExit exit(WorkerExit.Cause cause, List<String> lines) {
    return new WorkerExit(
        "passwords(7)",
        4711,
        cause,
        "λ \"too\" old",
        Duration.ofMillis(1234),
        3,
        Duration.ofMillis(56),
        78_901,
        "/tmp/hs_err_pid4711.log",
        lines);
  }

  private static @Nullable WorkerExit travelled(WorkerExit exit) {
    var writer = new MessageWriter(Limits.DEFAULTS);
    writer.write(new Message.Ok(Meta.EMPTY, exit.toWire()));
    var reader = new MessageReader(Limits.DEFAULTS);
    reader.feed(writer.written());
    return WorkerExit.fromWire(((Message.Ok) reader.next()).result());
  }

  static Stream<WorkerExit.Cause> causes() {
    return Stream.of(
        new WorkerExit.Cause.Exited(0),
        new WorkerExit.Cause.Exited(255),
        new WorkerExit.Cause.Signalled("SIGKILL"),
        new WorkerExit.Cause.Crashed("SIGSEGV", "C  [libx.so+0x1]  f+0x2"),
        new WorkerExit.Cause.Crashed("SIGBUS", ""),
        new WorkerExit.Cause.OutOfMemory("Java heap space"));
  }

  @ParameterizedTest
  @MethodSource("causes")
  @DisplayName("Autopsy: each cause comes through, with all that is known")
  void eachCauseComesThrough(WorkerExit.Cause cause) {
    WorkerExit exit = exit(cause, List.of("first", "", "λ\t\u0000last"));
    assertThat(travelled(exit)).isEqualTo(exit);
  }

  @Test
  @DisplayName("Autopsy: what is not there stays away")
  void whatIsNotThereStaysAway() {
    var bare =
        new WorkerExit(
            "w(1)",
            1,
            new WorkerExit.Cause.Exited(1),
            null,
            Duration.ZERO,
            0,
            Duration.ZERO,
            0,
            null,
            List.of());
    assertThat(travelled(bare)).isEqualTo(bare);
  }

  @Test
  @DisplayName("Autopsy: of very long lines the newest travel")
  void ofVeryLongLinesTheNewestTravel() {
    String line = "\u0001".repeat(16 << 10);
    WorkerExit exit =
        exit(new WorkerExit.Cause.Exited(1), Stream.generate(() -> line).limit(200).toList());
    assertThat(travelled(exit).lastLines()).hasSize(16).containsOnly(line);
  }

  @Test
  @DisplayName("Autopsy: an exit without its worker or its cause is none")
  void withoutWorkerOrCauseItIsNone() {
    assertThat(WorkerExit.fromWire(null)).isNull();
    for (Object wrong : Arrays.asList("text", 1L, true, List.of(), Map.of(), null)) {
      assertThat(WorkerExit.fromWire(wrong)).isNull();
      assertThat(WorkerExit.fromWire(Collections.singletonMap("id", wrong))).isNull();
      for (String kind : List.of("exited", "signalled", "crashed", "outOfMemory")) {
        Object unlike = wrong instanceof String ? (Object) 256L : wrong;
        Object cause =
            Collections.singletonMap(
                kind, Long.valueOf(1).equals(unlike) ? (Object) Long.valueOf(-1) : unlike);
        assertThat(WorkerExit.fromWire(Map.of("id", "w(1)", "cause", cause))).isNull();
      }
    }
  }

  @Test
  @DisplayName("Autopsy: all else of the wrong shape counts as absent")
  void allElseOfTheWrongShapeCountsAsAbsent() {
    for (Object wrong : List.of(true, -1L, 1.5, Map.of(), List.of(1L, Map.of()))) {
      var wire =
          Map.of(
              "id", "w(1)",
              "cause", Map.of("crashed", "SIGSEGV", "frame", wrong),
              "pid", wrong,
              "reason", wrong,
              "ageMillis", wrong,
              "checkouts", wrong,
              "cpuMillis", wrong,
              "maxRssKib", wrong,
              "crashReport", wrong,
              "lastLines", wrong);
      assertThat(WorkerExit.fromWire(wire))
          .isEqualTo(
              new WorkerExit(
                  "w(1)",
                  0,
                  new WorkerExit.Cause.Crashed("SIGSEGV", ""),
                  null,
                  Duration.ZERO,
                  0,
                  Duration.ZERO,
                  0,
                  null,
                  List.of()));
    }
    assertThat(
            WorkerExit.fromWire(
                    Map.of(
                        "id",
                        "w(1)",
                        "cause",
                        Map.of("exited", 1L),
                        "ageMillis",
                        Long.MAX_VALUE,
                        "checkouts",
                        Long.MAX_VALUE))
                .summary())
        .contains("after 9223372036854775807 ms, 2147483647 checkouts");
  }
}
