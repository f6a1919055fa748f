package dev.remuda.context;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.Keep;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("C.11 What a log cannot hold")
class HostileLogTest {
  private static String logged(@Nullable Object value) {
    var log = TaskLog.builder().open();
    log.info("m", value);
    return JsonLine.of(log.record().lines().getFirst().arguments().get(1));
  }

  private static final class Broken {
    @Override
    public String toString() {
      throw new IllegalStateException("no text");
    }
  }

  private static final class Recursive {
    @Override
    @Keep
    public String toString() {
      return "r" + this;
    }
  }

  @Test
  @DisplayName("C.11 a value that cannot be written as JSON is kept as its text")
  void unwritable() {
    assertThat(logged(Double.NaN)).isEqualTo("\"NaN\"");
    assertThat(logged(Float.POSITIVE_INFINITY)).isEqualTo("\"Infinity\"");
    assertThat(logged(new Broken()))
        .contains("Broken (its toString() threw java.lang.IllegalStateException)");
    assertThat(logged(new Recursive())).contains("StackOverflowError");
    assertThat(logged("\ud800")).isEqualTo("\"?\"");
    assertThat(logged(Thread.State.NEW)).isEqualTo("\"NEW\"");
    assertThat(logged(BigInteger.TWO.pow(100_000))).startsWith("\"").contains("…");
    assertThat(logged(new BigDecimal("1e999999999"))).isEqualTo("\"1E+999999999\"");
    assertThat(logged(new IllegalStateException("shown")))
        .startsWith("\"java.lang.IllegalStateException: shown\\n\\tat ");
  }

  @Test
  @DisplayName("C.11 lists and maps are copied, cycles and depths end, and faulty ones are said so")
  void containers() {
    var list = new ArrayList<@Nullable Object>(Arrays.asList(1, null, 2.5f, true));
    var log = TaskLog.builder().open();
    log.info("m", list, Map.of(7, 'c'), new int[0].length, new Object[] {"x"}, Set.of());
    list.clear();
    assertThat(JsonLine.of(log.record().lines().getFirst().arguments()))
        .isEqualTo("[\"m\",[1,null,2.5,true],{\"7\":\"c\"},0,[\"x\"],[]]");
    var cycle = new ArrayList<@Nullable Object>();
    cycle.add(cycle);
    assertThat(logged(cycle)).isEqualTo("[[[[[[[[\"… (nested too deep)\"]]]]]]]]");
    assertThat(logged(new FaultyMap())).contains("it cannot be read");
    var wide = new ArrayList<@Nullable Object>(java.util.Collections.nCopies(5_000, cycle));
    assertThat(logged(wide).length()).isLessThan(40_000);
    assertThat(logged(java.util.Collections.nCopies(900, "x".repeat(8_000))).length())
        .isLessThan(100_000);
  }

  /** Its text is made of its text. */
  private static final class Endless extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      return "e" + this;
    }
  }

  @Test
  @DisplayName("C.11 no argument harms the code that logs it: no array, an endless exception")
  @SuppressWarnings("NullAway") // what users write: info("x", null)
  void harmless() {
    var log = TaskLog.builder().open();
    log.info("null", (Object[]) null);
    log.info("endless", new Endless());
    assertThat(log.record().lines()).hasSize(2);
    assertThat(log.record().lines().get(0).arguments()).containsExactly("null", null);
    assertThat(log.record().lines().get(1).arguments().get(1).toString()).contains("Endless");
  }

  private static final class FaultyMap extends AbstractMap<String, String> {
    @Override
    public Set<Map.Entry<String, String>> entrySet() {
      throw new java.util.ConcurrentModificationException();
    }
  }

  @Test
  @DisplayName("C.11 of 100,000 lines the first and the last are kept, and how many were dropped")
  void manyLines() {
    var log = TaskLog.builder().open();
    for (int i = 0; i < 100_000; i++) {
      log.info("line " + i);
    }
    List<TaskRecord.Line> lines = log.record().lines();
    assertThat(lines).hasSize(10_000);
    assertThat(lines.getFirst().arguments()).containsExactly("line 0");
    assertThat(lines.getLast().arguments()).containsExactly("line 99999");
    assertThat(lines.get(5_000).arguments())
        .containsExactly(
            "90001 lines were dropped here: a log keeps 10000", Map.of("dropped", 90_001L));
    assertThat(lines.get(5_000).level()).isEqualTo(TaskLog.WARN);
    assertThat(lines)
        .isSortedAccordingTo(java.util.Comparator.comparingLong(TaskRecord.Line::micros));
  }

  @Test
  @DisplayName("C.12 lines that a merged log had dropped are counted, whatever comes behind them")
  void manyMerged() {
    var child = TaskLog.builder().open();
    for (int i = 0; i < 100_000; i++) {
      child.info("line " + i);
    }
    var log = TaskLog.builder().open();
    log.merge(child.record());
    assertThat(log.record().lines()).hasSize(10_000);
    assertThat(log.record().lines().get(5_000).arguments().getFirst())
        .isEqualTo("90001 lines were dropped here: a log keeps 10000");
    for (int i = 0; i < 10; i++) {
      log.error("more");
    }
    assertThat(log.record().lines()).hasSize(10_000);
    assertThat(log.record().lines().get(5_000).arguments().getFirst())
        .isEqualTo("90011 lines were dropped here: a log keeps 10000");
  }

  @Test
  @DisplayName("C.11 large lines, timers and data are bounded too")
  void large() {
    var log = TaskLog.builder().open();
    for (int i = 0; i < 3_000; i++) {
      log.info("x".repeat(20_000));
    }
    for (int i = 0; i < 10_100; i++) {
      log.timer("t" + i);
      log.put("k" + i, i);
    }
    String json = log.record().toJson();
    assertThat(json.length()).isLessThan(10 << 20);
    assertThat(json)
        .contains("lines were dropped here")
        .contains("100 timers were dropped: a log keeps 10000")
        .contains("9100 data were dropped: a log keeps 1000");
  }

  @Test
  @DisplayName("C.11 many threads log at once, and no line is lost")
  void threads() throws InterruptedException {
    var log = TaskLog.builder().open();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 50; i++) {
        threads.execute(() -> {
          for (int line = 0; line < 100; line++) {
            log.info("x");
          }
        });
      }
    }
    assertThat(log.record().lines()).hasSize(5_000);
  }

  @Test
  @DisplayName("C.11 what others send is read as far as it has the right shape")
  void readFromOthers() {
    var wire = new LinkedHashMap<String, @Nullable Object>();
    wire.put("start", "soon");
    wire.put("end", -1L);
    wire.put(
        "logs",
        List.of(
            List.of(0.5, 30L, "late", Map.of("a", 1L)),
            List.of(new BigDecimal("0.000093"), 20L, "early"),
            List.of("x", 30L, "no time"),
            List.of(1L),
            "text",
            List.of(new BigDecimal("1e999999999"), 1L << 40, "odd")));
    wire.put("timers", List.of(List.of("t", 2L, 1L), List.of("t"), List.of(7L, 0.25, 0.5)));
    wire.put("data", Map.of("k", List.of(1L)));
    TaskRecord record = TaskRecord.of(wire);
    assertThat(record.toJson())
        .startsWith(
            "{\"start\":0,\"end\":0,\"logs\":[[0.000093,20,\"early\"],[0.5,30,\"late\",{\"a\":1}],")
        .endsWith(
            ","
                + Integer.MAX_VALUE
                + ",\"odd\"]],\"timers\":[[\"t\",2,2],[\"7\",0.25,0.5]],\"data\":{\"k\":[1]}}");
    assertThat(TaskRecord.of(Map.of()).isEmpty()).isTrue();
    assertThat(TaskRecord.of(record.toMap())).isEqualTo(record);
  }
}
