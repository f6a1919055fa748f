package dev.remuda.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("C.10–C.13 A task log")
class TaskLogTest {
  private static final long START = 1_795_222_630_077_430L;

  private final ManualClock clock = new ManualClock(START);
  private final List<TaskRecord> written = new ArrayList<>();

  private TaskLog open(int verbosity) {
    return TaskLog.builder().verbosity(verbosity).sink(written::add).clock(clock).open();
  }

  @Test
  @DisplayName("C.10 keeps what is at or below its verbosity, any number being a level")
  void levels() {
    try (TaskLog log = open(TaskLog.INFO)) {
      log.error("e");
      log.warn("w");
      log.info("i");
      log.debug("d");
      log.log(25, "between");
      log.log(31, "above");
      assertThat(log.keeps(30)).isTrue();
      assertThat(log.keeps(31)).isFalse();
    }
    assertThat(written.getFirst().lines())
        .extracting(TaskRecord.Line::level)
        .containsExactly(10, 20, 30, 25);
  }

  @Test
  @DisplayName("C.10 a message given as a supplier is not built when filtered")
  void supplier() {
    var built = new AtomicInteger();
    Supplier<String> message = () -> "built " + built.incrementAndGet();
    try (TaskLog log = open(TaskLog.WARN)) {
      log.info(message);
      log.debug(message);
      assertThat(built).hasValue(0);
      log.warn(message);
      log.error(() -> {
        throw new IllegalStateException("no");
      });
    }
    assertThat(written.getFirst().lines())
        .extracting(line -> line.arguments().getFirst())
        .containsExactly("built 1", "a message could not be made: java.lang.IllegalStateException");
  }

  @Test
  @DisplayName("C.11 one record: times relative, six decimals, empty sections absent")
  void record() {
    try (TaskLog log = open(TaskLog.INFO)) {
      clock.pass(93);
      log.info("hi", Map.of("a", 1));
      clock.pass(12);
      TaskTimer work = log.timer("work");
      clock.pass(10_166);
      work.close();
      work.close();
      log.put("k", "v");
      clock.pass(1);
    }
    open(TaskLog.INFO).close();
    assertThat(written)
        .extracting(TaskRecord::toJson)
        .containsExactly(
            "{\"start\":1795222630.07743,\"end\":0.010272,\"logs\":[[0.000093,30,\"hi\",{\"a\":1}]],"
                + "\"timers\":[[\"work\",0.000105,0.010271]],\"data\":{\"k\":\"v\"}}",
            "{\"start\":1795222630.07743,\"end\":0}");
    assertThat(written.getFirst().start()).hasToString("2026-11-21T00:57:10.077430Z");
  }

  @Test
  @DisplayName("C.11 times are never negative, whatever the clock does")
  void neverNegative() {
    try (TaskLog log = open(TaskLog.INFO)) {
      TaskTimer timer = log.timer("back");
      clock.pass(-5_000);
      log.info("earlier");
      timer.close();
    }
    TaskRecord record = written.getFirst();
    assertThat(record.micros()).isZero();
    assertThat(record.lines().getFirst().micros()).isZero();
    assertThat(record.timers()).containsExactly(new TaskRecord.Span("back", 0, 0));
  }

  @Test
  @DisplayName("C.11 a timer that is still open ends with the log")
  void openTimer() {
    try (TaskLog log = open(TaskLog.INFO)) {
      clock.pass(10);
      log.timer("open");
      clock.pass(20);
    }
    assertThat(written.getFirst().timers()).containsExactly(new TaskRecord.Span("open", 10, 30));
  }

  @Test
  @DisplayName("C.11 is written exactly once, when the last reference is closed")
  void references() {
    TaskLog first = open(TaskLog.INFO);
    TaskLog second = first.share();
    TaskLog third = second.share();
    first.info("one");
    first.close();
    first.close();
    third.close();
    first.info("still open");
    assertThat(written).isEmpty();
    second.close();
    assertThat(written).hasSize(1);
    second.info("too late");
    second.put("too", "late");
    second.timer("too late");
    second.share().close();
    assertThat(written).hasSize(1);
    assertThat(written.getFirst().lines()).hasSize(2);
  }

  @Test
  @DisplayName("C.12 merging moves the child's times by the difference of the starts, in order")
  void merge() {
    var childClock = new ManualClock(START + 1_000);
    TaskLog child = TaskLog.builder().clock(childClock).open();
    try (TaskLog log = open(TaskLog.INFO)) {
      log.put("who", "parent");
      log.put("kept", true);
      clock.pass(1_200);
      log.info("parent at 1200");
      clock.pass(800);
      log.info("parent at 2000");
      log.timer("own").close();
      childClock.pass(100);
      child.info("child at 1100");
      childClock.pass(400);
      child.info("child at 1500");
      child.put("who", "child");
      TaskTimer timer = child.timer("childs");
      childClock.pass(250);
      timer.close();
      log.merge(child.record());
    }
    TaskRecord record = written.getFirst();
    assertThat(record.lines())
        .extracting(line -> line.arguments().getFirst(), TaskRecord.Line::micros)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("child at 1100", 1_100L),
            org.assertj.core.groups.Tuple.tuple("parent at 1200", 1_200L),
            org.assertj.core.groups.Tuple.tuple("child at 1500", 1_500L),
            org.assertj.core.groups.Tuple.tuple("parent at 2000", 2_000L));
    assertThat(record.timers())
        .containsExactly(
            new TaskRecord.Span("own", 2_000, 2_000), new TaskRecord.Span("childs", 1_500, 1_750));
    assertThat(record.data()).containsEntry("who", "child").containsEntry("kept", true);
  }

  @Test
  @DisplayName("C.12 a child whose clock is behind never has negative times")
  void mergeBehind() {
    try (TaskLog log = open(TaskLog.INFO)) {
      clock.pass(500);
      log.info("parent");
      var line = new TaskRecord.Line(100, 30, List.of("child"));
      var span = new TaskRecord.Span("t", 0, 100);
      log.merge(new TaskRecord(START - 1_000, 200, List.of(line), List.of(span), Map.of()));
    }
    assertThat(written.getFirst().lines())
        .extracting(TaskRecord.Line::micros)
        .containsExactly(0L, 500L);
    assertThat(written.getFirst().timers()).containsExactly(new TaskRecord.Span("t", 0, 0));
  }

  @Test
  @DisplayName("C.12 a child of a clock that is hours off is moved to where it must have been")
  void mergeWithin() {
    var line = new TaskRecord.Line(100, 30, List.of("child"));
    var hour = 3_600_000_000L;
    for (long off : List.of(-hour, 0L, hour)) {
      try (TaskLog log = open(TaskLog.INFO)) {
        clock.pass(1_000);
        long sent = clock.nanoTime();
        clock.pass(500);
        long received = clock.nanoTime();
        log.mergeWithin(
            new TaskRecord(START + 1_200 + off, 200, List.of(line), List.of(), Map.of()),
            sent,
            received);
      }
    }
    assertThat(written)
        .extracting(record -> record.lines().getFirst().micros())
        .containsExactly(1_100L, 1_300L, 1_400L);
  }

  @Test
  @DisplayName("C.12 lines above the parent's verbosity stay out when they are merged")
  void mergeFiltered() {
    try (TaskLog log = open(TaskLog.WARN)) {
      var info = new TaskRecord.Line(0, TaskLog.INFO, List.of("i"));
      var warn = new TaskRecord.Line(0, TaskLog.WARN, List.of("w"));
      log.merge(new TaskRecord(START, 1, List.of(info, warn), List.of(), Map.of()));
    }
    assertThat(written.getFirst().lines()).hasSize(1);
  }

  @Test
  @DisplayName("C.13 the current log is that of the code that runs, in its callbacks too")
  void current() {
    assertThat(TaskLog.current().isKept()).isFalse();
    TaskLog.current()
        .info(() -> {
          throw new AssertionError("nobody keeps it");
        });
    TaskLog.current().timer("x").close();
    TaskLog.current().put("x", 1);
    assertThat(TaskLog.current().isEmpty()).isTrue();
    Runnable[] later = new Runnable[1];
    try (TaskLog log = open(TaskLog.INFO)) {
      String done =
          log.during(() -> {
            TaskLog.current().info("now");
            later[0] = Frame.wrap(() -> TaskLog.current().info("later"));
            assertThat(Frame.current()).isEmpty(); // a log is no frame
            return "done";
          });
      assertThat(done).isEqualTo("done");
      later[0].run();
    }
    assertThat(written.getFirst().lines())
        .extracting(line -> line.arguments().getFirst())
        .containsExactly("now", "later");
    assertThat(TaskLog.current().isKept()).isFalse();
  }

  @Test
  @DisplayName("C.13 work that throws under a log throws on")
  void duringThrows() {
    try (TaskLog log = open(TaskLog.INFO)) {
      assertThatThrownBy(() ->
              log.during(() -> {
                throw new java.io.IOException("disk");
              }))
          .isInstanceOf(java.io.IOException.class);
    }
  }
}
