package dev.remuda.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("C.11, C.12 A record that came from elsewhere")
class HostileRecordTest {
  private static Map<String, @Nullable Object> wire(String section, Object content) {
    var wire = new LinkedHashMap<String, @Nullable Object>();
    wire.put("start", 1L);
    wire.put("end", 2L);
    wire.put(section, content);
    return wire;
  }

  private static List<Object> texts(TaskRecord record) {
    return record.lines().stream().map(line -> line.arguments().getFirst()).toList();
  }

  @Test
  @DisplayName(
      "C.12 lines that say nothing at all are merged, and dropped where there are too many")
  void emptyLines() {
    TaskRecord record = TaskRecord.of(wire("logs", Collections.nCopies(10_000, List.of(0L, 30L))));
    var log = TaskLog.builder().open();
    log.info("first");
    log.merge(record);
    assertThat(log.record().lines()).hasSize(10_000);
    assertThat(log.record().lines())
        .filteredOn(line -> line.level() == TaskLog.WARN)
        .singleElement()
        .hasToString("WARN 2 lines were dropped here: a log keeps 10000 {\"dropped\":2}");
  }

  @Test
  @DisplayName("C.11 of 100,000 lines, timers and data it says how many are not kept")
  void tooMany() {
    var lines = new ArrayList<Object>();
    for (int i = 0; i < 100_000; i++) {
      lines.add(List.of(i, 30L, "line " + i));
    }
    TaskRecord many = TaskRecord.of(wire("logs", lines));
    assertThat(texts(many))
        .hasSize(10_000)
        .startsWith("line 0")
        .contains("90001 lines were dropped here: a log keeps 10000")
        .endsWith("line 99999");
    var timers = Collections.nCopies(10_100, List.of("t", 0L, 1L));
    assertThat(texts(TaskRecord.of(wire("timers", timers))))
        .containsExactly("100 timers were dropped: a log keeps 10000");
    var data = new LinkedHashMap<String, Object>();
    for (int i = 0; i < 1_100; i++) {
      data.put("k" + i, i);
    }
    assertThat(texts(TaskRecord.of(wire("data", data))))
        .containsExactly("100 data were dropped: a log keeps 1000");
  }

  @Test
  @DisplayName("C.12 C.14 what a log dropped is counted though its lines were given a trace id")
  void droppedOfATrace() {
    var details = Map.of("dropped", 90_001L, "trace", "0af7651916cd43dd8448eb211c80319c");
    String text = "90001 lines were dropped here: a log keeps 10000";
    var lines = new ArrayList<Object>(Collections.nCopies(5_000, List.of(0L, 30L, "x")));
    lines.add(List.of(0L, 20L, text, details));
    lines.addAll(Collections.nCopies(4_999, List.of(0L, 30L, "x")));
    var log = TaskLog.builder().open();
    log.info("first");
    log.info("second");
    log.merge(TaskRecord.of(wire("logs", lines)));
    assertThat(texts(log.record())).contains("90003 lines were dropped here: a log keeps 10000");
  }

  @Test
  @DisplayName("C.11 a line about something else that was dropped stands for itself alone")
  void droppedOfTheUsers() {
    var log = TaskLog.builder().open();
    for (int i = 0; i < 10_001; i++) {
      log.warn("packets", Map.of("dropped", 1_000_000));
    }
    assertThat(texts(log.record())).contains("2 lines were dropped here: a log keeps 10000");
  }

  @Test
  @DisplayName("C.11 one line is as long as a line may be, however many arguments it has")
  void longLine() {
    var line = new ArrayList<Object>(List.of(0L, 30L, "message"));
    line.addAll(Collections.nCopies(3_000, "x".repeat(8_000)));
    TaskRecord record = TaskRecord.of(wire("logs", List.of(line)));
    assertThat(record.toJson().length()).isLessThan(100_000);
    assertThat(record.lines().getFirst().arguments())
        .startsWith("message")
        .endsWith("… more than a line holds");
    assertThat(TaskRecord.of(record.toMap())).isEqualTo(record);
  }

  @Test
  @DisplayName("C.10 any number is a level, and comes through as it was")
  void levels() {
    var child = TaskLog.builder().verbosity(Integer.MAX_VALUE).open();
    child.log(-5, "below");
    child.log(Integer.MAX_VALUE, "above");
    TaskRecord read = TaskRecord.of(child.record().toMap());
    assertThat(read.lines())
        .extracting(TaskRecord.Line::level)
        .containsExactly(-5, Integer.MAX_VALUE);
    assertThat(Waterfall.text(read, 80)).contains("LEVEL -5 ", "LEVEL 2147483647 ");
  }
}
