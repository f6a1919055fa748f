package dev.remuda.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a page costs that is open, and a scrape, with 1,000 workers. */
@Tag("long")
class CostTest {
  private static final int WARM_UP = 200;
  private static final int TURNS = 100;
  private static final int WORKERS = 1_000;

  /** CPU of this thread for one turn. */
  private static Duration each(Runnable turn) {
    for (int i = 0; i < WARM_UP; i++) {
      turn.run();
    }
    var threads = ManagementFactory.getThreadMXBean();
    long began = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < TURNS; i++) {
      turn.run();
    }
    Duration took = Duration.ofNanos((threads.getCurrentThreadCpuTime() - began) / TURNS);
    System.out.println("CPU of a turn: " + took);
    return took;
  }

  private static Snapshot snapshot() {
    return Samples.snapshot(
        Samples.daemon(List.of(), List.of()),
        Samples.group("ocr", WORKERS, Optional.empty(), PageTest.activity("convert")));
  }

  @Test
  @DisplayName(
      "D.30 an open page of 1,000 workers and 1,000 lines a second takes less than 5 % of a"
          + " core: looking at the processes, drawing the parts, writing the lines, once a second")
  void openPage() {
    Snapshot snapshot = snapshot();
    var console = Samples.console("a line of the log that is as long as lines are", 1_000);
    var usage = new ProcessUsage();
    long self = ProcessHandle.current().pid();
    Duration turn =
        each(() -> {
          for (int i = 0; i < WORKERS; i++) {
            assertThat(usage.of(self).rssBytes()).isPositive();
          }
          int bytes =
              PageHtml.sections(snapshot, true).toString().length()
                  + ConsoleHtml.json(console.log().subList(800, 1_000)).encode().length();
          assertThat(bytes).isPositive();
        });
    assertThat(turn).isLessThan(Duration.ofMillis(50));
  }

  @Test
  @DisplayName("D.30 a scrape of 1,000 workers takes less than 5 ms")
  void scrape() {
    Snapshot snapshot = snapshot();
    var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    var rows = new MetricRows(registry);
    Duration turn =
        each(() -> {
          rows.update(snapshot);
          assertThat(registry.scrape()).contains("remuda_workers");
        });
    assertThat(turn).isLessThan(Duration.ofMillis(5));
  }
}
