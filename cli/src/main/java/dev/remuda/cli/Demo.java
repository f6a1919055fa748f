package dev.remuda.cli;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The parts of the demo in their order, with the heartbeat beside all of them. */
final class Demo {
  /** Beyond this the program has been disturbed; a busy machine alone makes some milliseconds. */
  static final long WORST_BEAT_MILLIS = 1_000;

  private final DemoReport report;
  private final int workers;
  private final int passwords;
  private final int cost;
  private final StatusOptions status;

  Demo(DemoReport report, int workers, int passwords, int cost, StatusOptions status) {
    this.report = report;
    this.workers = workers;
    this.passwords = passwords;
    this.cost = cost;
    this.status = status;
  }

  /** Runs all; true when every check has passed. */
  boolean run() throws IOException, InterruptedException, CommandException {
    long began = System.nanoTime();
    report.intro();
    DemoWorkers herd = DemoWorkers.create(report, status);
    var heartbeat = new Heartbeat();
    try (herd;
        heartbeat) {
      part(() -> new DemoPasswords(report, herd, heartbeat, workers, passwords, cost).run());
      part(() -> new DemoLedger(report, herd).run());
      part(() -> new DemoHang(report, herd).run());
      part(() -> new DemoCrashes(report, herd).run());
      report.title("What is left over", "");
    }
    beats(heartbeat);
    herd.count();
    double seconds = (System.nanoTime() - began) / 1e9;
    return report.finish(seconds);
  }

  private void part(Part part) throws InterruptedException {
    try {
      part.run();
    } catch (IOException | RuntimeException e) {
      report.check(false, "unexpected: " + e);
    }
  }

  private void beats(Heartbeat heartbeat) {
    long worst = TimeUnit.NANOSECONDS.toMillis(heartbeat.worstNanos());
    report.check(
        worst < WORST_BEAT_MILLIS,
        "%,d beats of this program's 10 ms heartbeat, the worst %d ms late"
            .formatted(heartbeat.beats(), worst));
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("periodMillis", Heartbeat.PERIOD_MILLIS);
    summary.put("beats", heartbeat.beats());
    summary.put("worstDelayMillis", worst);
    report.summarise("heartbeat", summary);
  }

  /** One chapter of the demo. */
  private interface Part {
    void run() throws IOException, InterruptedException;
  }
}
