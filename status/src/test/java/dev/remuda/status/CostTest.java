package dev.remuda.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.OperatingSystemMXBean;
import dev.remuda.Pool;
import dev.remuda.daemon.Daemon;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a page costs that is open, and a scrape, with 1,000 workers. */
@Tag("long")
class CostTest {
  private static final int WARM_UP = 200;
  private static final int TURNS = 100;
  private static final int WORKERS = 1_000;
  private static final int LINES_AT_ONCE = 10;
  private static final long LINES_EVERY_MILLIS = 10;
  private static final Duration WINDOW = Duration.ofSeconds(6);
  private static final int WINDOWS = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  @TempDir private Path folder;

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
      "D.30 the processes of 1,000 workers looked at, drawn and written with the lines takes less"
          + " than 5 % of a core, once a second")
  void turn() {
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
  @DisplayName(
      "D.30 a page open with a pool of 1,000 workers and 1,000 lines a second takes less than 5 %"
          + " of a core more than one that is not")
  void openPage() throws Exception {
    PrintStream former = System.out;
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    StatusPage page = StatusPage.on(0);
    try (Pool<Work> pool =
            Pool.builder(Work.class, RealWork.class)
                .name("many")
                .inThisJvm()
                .minWorkers(WORKERS)
                .maxWorkers(WORKERS)
                .start();
        var daemon = Daemon.named("many").add("many", pool).add(page).captureConsole().start();
        var lines = Executors.newSingleThreadScheduledExecutor()) {
      await().atMost(PATIENCE).until(() -> pool.stats().total() == WORKERS);
      var _ =
          lines.scheduleAtFixedRate(
              () -> {
                for (int i = 0; i < LINES_AT_ONCE; i++) {
                  System.out.println("a line of the log that is as long as lines are");
                }
              },
              0,
              LINES_EVERY_MILLIS,
              TimeUnit.MILLISECONDS);
      var open = new double[WINDOWS];
      var shut = new double[WINDOWS];
      share(page, true); // compiled
      share(page, true);
      for (int i = 0; i < WINDOWS; i++) {
        shut[i] = share(page, false);
        open[i] = share(page, true);
      }
      Arrays.sort(open);
      Arrays.sort(shut);
      former.println(
          "share of a core: " + Arrays.toString(open) + " open, " + Arrays.toString(shut));
      assertThat(daemon.console().out()).hasSizeGreaterThan(900);
      assertThat(open[0] - shut[0]).isLessThan(0.05);
    } finally {
      System.setOut(former);
    }
  }

  /** Of a core, for this whole process, while a page is open or not. */
  private static double share(StatusPage page, boolean open) throws IOException {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    URI url = URI.create(page.addresses().getFirst());
    try (Socket socket = new Socket(InetAddress.ofLiteral(url.getHost()), url.getPort())) {
      if (open) {
        socket
            .getOutputStream()
            .write(
                "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
      }
      long began = System.nanoTime();
      long cpu = system.getProcessCpuTime();
      var bytes = new byte[1 << 20];
      long heard = 0;
      for (long left = WINDOW.toMillis();
          left > 0;
          left = WINDOW.toMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)) {
        socket.setSoTimeout((int) left);
        try {
          heard += socket.getInputStream().read(bytes);
        } catch (java.net.SocketTimeoutException e) {
          // Nothing more within the window.
        }
      }
      assertThat(heard).isGreaterThan(open ? 10_000 : -1);
      return (double) (system.getProcessCpuTime() - cpu) / (System.nanoTime() - began);
    }
  }

  @Test
  @DisplayName("D.30 the metrics of 1,000 workers are written in less than 5 ms")
  void thousandWorkers() {
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

  @Test
  @DisplayName("D.30 a scrape for which the daemon is looked at anew takes less than 5 ms")
  void scrape() {
    var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (var shown = new ShownDaemon(folder, page -> page);
        var metrics =
            new DaemonMetrics(new SnapshotTaker(shown.daemon, List.of(), Duration.ZERO))) {
      metrics.bindTo(registry);
      var took = new long[TURNS];
      for (int i = -5 * WARM_UP; i < took.length; i++) {
        long began = System.nanoTime();
        metrics.refresh();
        assertThat(registry.scrape()).contains("remuda_up");
        took[Math.max(0, i)] = System.nanoTime() - began;
      }
      Arrays.sort(took);
      System.out.println("scrapes: " + Arrays.toString(took));
      // A tenth, since others may use the machine too.
      assertThat(Duration.ofNanos(took[TURNS / 10])).isLessThan(Duration.ofMillis(5));
    }
  }
}
