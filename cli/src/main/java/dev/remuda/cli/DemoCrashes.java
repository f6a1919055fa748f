package dev.remuda.cli;

import dev.remuda.Pool;
import dev.remuda.client.WorkerDiedException;
import dev.remuda.examples.Echo;
import dev.remuda.protocol.WorkerExit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Workers that take their whole JVM down, and nothing else. */
final class DemoCrashes {
  private static final int WORKERS = 3;
  private static final int HEAP_MEBIBYTES = 64;
  private static final Pattern METHOD = Pattern.compile("([\\w$]+(?:\\.[\\w$]+)+)\\(");

  private final DemoReport report;
  private final DemoWorkers herd;
  private final List<Object> summary = new ArrayList<>();

  DemoCrashes(DemoReport report, DemoWorkers herd) {
    this.report = report;
    this.herd = herd;
  }

  void run() throws IOException, InterruptedException {
    report.title("Two deaths", "a bad pointer, and a heap of %d MiB".formatted(HEAP_MEBIBYTES));
    Pool<Object> pool =
        herd.start(
            Pool.builder(Echo.class)
                .name("crash")
                .maxWorkers(WORKERS)
                .jvmArguments("-Xmx" + HEAP_MEBIBYTES + "m"),
            WORKERS);
    herd.note(pool);
    long answered;
    try (var neighbours = new Neighbours(pool)) {
      WorkerExit crash = exitOf(pool, "crash");
      tell(
          crash,
          crash != null
              && crash.cause() instanceof WorkerExit.Cause.Crashed crashed
              && crashed.signal().equals("SIGSEGV"));
      WorkerExit full = exitOf(pool, "allocate", 100 * HEAP_MEBIBYTES);
      tell(full, full != null && full.cause() instanceof WorkerExit.Cause.OutOfMemory);
      answered = neighbours.end(report);
    }
    report.summarise("deaths", summary);
    report.summarise("otherCallsDuringDeaths", answered);
    herd.end(pool, WORKERS);
  }

  private static @Nullable WorkerExit exitOf(
      Pool<Object> pool, String method, Object... arguments) {
    try {
      pool.call(method, arguments).join();
      return null;
    } catch (CompletionException e) {
      if (e.getCause() instanceof WorkerDiedException died) {
        return died.exit().orElse(null);
      }
      throw e;
    }
  }

  /** Of the JVM's problematic frame, with its addresses and sizes, the method's name is enough. */
  private static String shown(WorkerExit.Cause cause) {
    if (cause instanceof WorkerExit.Cause.Crashed(String signal, String frame)) {
      Matcher method = METHOD.matcher(frame);
      return "crashed with " + signal + (method.find() ? " in " + method.group(1) : "");
    }
    return cause.toString();
  }

  private void tell(@Nullable WorkerExit exit, boolean asMeant) throws IOException {
    if (exit == null) {
      report.check(false, "the call came back, or nobody knows how its worker ended");
      return;
    }
    report.check(
        asMeant, "worker %s (pid %d) %s".formatted(exit.id(), exit.pid(), shown(exit.cause())));
    herd.died(exit);
    Map<String, Object> death = new LinkedHashMap<>();
    death.put("worker", exit.id());
    death.put("pid", exit.pid());
    death.put("cause", exit.cause().toString());
    summary.add(death);
  }
}
