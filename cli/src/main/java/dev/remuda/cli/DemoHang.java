package dev.remuda.cli;

import dev.remuda.Pool;
import dev.remuda.client.CallTimeoutException;
import dev.remuda.examples.Echo;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A call that never returns: no thread could be killed, a process can. */
final class DemoHang {
  private static final Duration DEADLINE = Duration.ofSeconds(2);
  private static final int WORKERS = 2;
  private static final int SHOWN_LINES = 6;

  private final DemoReport report;
  private final DemoWorkers herd;

  DemoHang(DemoReport report, DemoWorkers herd) {
    this.report = report;
    this.herd = herd;
  }

  void run() throws InterruptedException {
    report.title(
        "A hang", "a call that spins for ever, with a deadline of " + DurationText.of(DEADLINE));
    Pool<Object> pool =
        herd.start(
            Pool.builder(Echo.class).name("hang").maxWorkers(WORKERS).timeout(DEADLINE), WORKERS);
    herd.note(pool);
    try (var neighbours = new Neighbours(pool)) {
      CallTimeoutException timeout = spin(pool);
      if (timeout == null) {
        report.check(false, "the call came back");
      } else {
        show(timeout);
      }
      report.summarise("otherCallsDuringHang", neighbours.end(report));
    }
    herd.end(pool, WORKERS);
  }

  /** Without the names of module and loader a frame fits on a line. */
  private static String shortened(String line) {
    return line.replaceFirst("^ +at (?:[^/(]*/)*", "  at ").replace("jdk.internal.reflect.", "");
  }

  private static @Nullable CallTimeoutException spin(Pool<Object> pool) {
    try {
      pool.call("spin").join();
      return null;
    } catch (CompletionException e) {
      if (e.getCause() instanceof CallTimeoutException timeout) {
        return timeout;
      }
      throw e;
    }
  }

  private void show(CallTimeoutException timeout) {
    String dump = timeout.threadDump().orElse("");
    String main = dump.substring(0, Math.max(0, dump.indexOf("\n\n")));
    report.check(
        timeout.running().compareTo(DEADLINE.minusMillis(100)) > 0
            && main.contains(Echo.class.getName() + ".spin"),
        "killed after %,d ms; its thread dump tells what it was doing:"
            .formatted(timeout.running().toMillis()));
    main.lines().limit(SHOWN_LINES).map(DemoHang::shortened).forEach(report::detail);
    long more = main.lines().count() - SHOWN_LINES;
    if (more > 0) {
      report.detail("  ... " + more + " more");
    }
    herd.killedOne();
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("killedAfterMillis", timeout.running().toMillis());
    summary.put("threadDump", dump);
    report.summarise("hang", summary);
  }
}
