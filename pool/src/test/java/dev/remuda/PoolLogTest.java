package dev.remuda;

import static dev.remuda.PoolSupport.failure;
import static dev.remuda.PoolSupport.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.client.CheckoutOptions;
import dev.remuda.client.WorkerDiedException;
import dev.remuda.context.TaskLog;
import dev.remuda.context.TaskRecord;
import dev.remuda.context.TaskTimer;
import dev.remuda.context.TraceParent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

@DisplayName("C.13, C.14 What a worker logs while a call runs")
@Timeout(120)
class PoolLogTest {
  /** Logs in all the ways that there are. */
  interface Logging {
    void everyWay(String text);

    void onAnotherThread(String text);

    void fail(String text);

    void many(int lines);

    String big(int lines, int megabytes);

    void timed();

    String trace();

    void die(String text);

    void quiet();
  }

  static final class ServedLogging implements Logging {
    private static final Logger JUL = Logger.getLogger("app.jul");

    @Override
    public void everyWay(String text) {
      TaskLog.current().warn("task " + text, Map.of("n", 1));
      System.getLogger("app.system").log(System.Logger.Level.INFO, "system {0}", text);
      JUL.log(Level.SEVERE, "jul " + text, new IllegalStateException("shown"));
      JUL.fine("not logged at all");
      MDC.put("user", "alice");
      LoggerFactory.getLogger("app.slf4j").warn("slf4j {}", text);
      MDC.clear();
    }

    @Override
    public void onAnotherThread(String text) {
      try {
        Thread.ofPlatform().start(() -> JUL.info("elsewhere " + text)).join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void fail(String text) {
      JUL.warning("before " + text);
      throw new IllegalStateException(text);
    }

    @Override
    public void many(int lines) {
      for (int i = 0; i < lines; i++) {
        TaskLog.current().log(15, "line");
      }
    }

    @Override
    public String big(int lines, int megabytes) {
      for (int i = 0; i < lines; i++) {
        TaskLog.current().info("\u0001".repeat(8_000));
      }
      return "x".repeat(megabytes << 20);
    }

    @Override
    public void timed() {
      try (TaskTimer _ = TaskLog.current().timer("inside")) {
        TaskLog.current().put("rows", 17);
      }
    }

    @Override
    public String trace() {
      JUL.info("traced");
      TaskLog.current().info("traced too");
      return TraceParent.current().map(TraceParent::traceId).orElse("none");
    }

    @Override
    public void die(String text) {
      TaskLog.current().info(text);
      JUL.warning("of a framework: " + text);
      Runtime.getRuntime().halt(9);
    }

    @Override
    public void quiet() {}
  }

  private static Pool<Logging> pool;

  @BeforeAll
  static void start() {
    pool =
        Pool.builder(Logging.class, ServedLogging.class)
            .jvmArguments("-Dslf4j.provider=org.slf4j.jul.JULServiceProvider")
            .start();
  }

  @AfterAll
  static void stop() {
    pool.close();
  }

  private final TaskLog log = TaskLog.builder().open();

  private Pool<Logging> pool() {
    return pool;
  }

  private List<Object> texts() {
    return log.record().lines().stream().map(line -> line.arguments().getFirst()).toList();
  }

  private Map<?, ?> details(Object text) {
    return (Map<?, ?>)
        log.record().lines().stream()
            .filter(line -> line.arguments().getFirst().equals(text))
            .findFirst()
            .orElseThrow()
            .arguments()
            .getLast();
  }

  @Test
  @DisplayName(
      "C.14 TaskLog, System.Logger, java.util.logging and SLF4J land in the caller's log, in order")
  void everyWay() throws Exception {
    result(log.during(() -> pool().run(w -> w.everyWay("hi"))));
    assertThat(texts()).containsExactly("task hi", "system hi", "jul hi", "slf4j hi");
    assertThat(log.record().lines())
        .extracting(TaskRecord.Line::level)
        .containsExactly(TaskLog.WARN, TaskLog.INFO, TaskLog.ERROR, TaskLog.WARN);
    assertThat(details("task hi")).isEqualTo(Map.of("n", 1L));
    assertThat(details("system hi")).isEqualTo(Map.of("logger", "app.system"));
    assertThat(details("jul hi").get("thrown").toString())
        .startsWith("java.lang.IllegalStateException: shown\n\tat ");
    assertThat(details("slf4j hi"))
        .isEqualTo(Map.of("logger", "app.slf4j", "mdc", Map.of("user", "alice")));
    TaskRecord.Span timer = log.record().timers().getFirst();
    assertThat(timer.name()).isEqualTo("everyWay");
    assertThat(log.record().lines())
        .allSatisfy(line -> assertThat(line.micros()).isBetween(timer.from(), timer.to()));
  }

  @Test
  @DisplayName(
      "C.14 SLF4J with Logback as its backend is heard too, with its MDC and its exceptions")
  void logback() throws Exception {
    try (var other =
        Pool.builder(Logging.class, ServedLogging.class)
            .jvmArguments("-Dslf4j.provider=ch.qos.logback.classic.spi.LogbackServiceProvider")
            .start()) {
      result(log.during(() -> other.run(w -> w.everyWay("hi"))));
      result(log.during(() -> other.run(w -> w.onAnotherThread("ho"))));
    }
    assertThat(texts())
        .containsExactly("task hi", "system hi", "jul hi", "slf4j hi", "elsewhere ho");
    assertThat(details("slf4j hi"))
        .isEqualTo(Map.of("logger", "app.slf4j", "mdc", Map.of("user", "alice")));
  }

  @Test
  @DisplayName("C.14 what other threads of the worker log while the call runs is in it too")
  void otherThreads() throws Exception {
    result(log.during(() -> pool().run(w -> w.onAnotherThread("hi"))));
    assertThat(texts()).containsExactly("elsewhere hi");
  }

  @Test
  @DisplayName("C.13 the log comes with an error too")
  void failed() throws Exception {
    failure(log.during(() -> pool().run(w -> w.fail("no"))));
    assertThat(texts()).hasSize(2).first().isEqualTo("before no");
    assertThat(texts().getLast().toString()).contains("IllegalStateException: no");
  }

  @Test
  @DisplayName(
      "C.13 timers and data of the worker are merged; its lines at the verbosity of the caller")
  void timersAndVerbosity() throws Exception {
    var errors = TaskLog.builder().verbosity(TaskLog.ERROR).open();
    result(errors.during(() -> pool().run(Logging::timed)));
    result(errors.during(() -> pool().run(w -> w.everyWay("hi"))));
    assertThat(errors.record().timers())
        .extracting(TaskRecord.Span::name)
        .containsExactlyInAnyOrder("timed", "inside", "everyWay");
    assertThat(errors.record().data()).containsEntry("rows", 17L);
    assertThat(errors.record().lines()).hasSize(1);
  }

  @Test
  @DisplayName("C.13 a log of very many lines is bounded, and says how many were dropped")
  void many() throws Exception {
    result(log.during(() -> pool().run(w -> w.many(10_500))));
    assertThat(texts().size()).isEqualTo(10_000);
    assertThat(texts().get(5_000)).isEqualTo("501 lines were dropped here: a log keeps 10000");
  }

  @Test
  @DisplayName("C.13 a log with which the reply would be over the limit gives way to the result")
  void tooLarge() throws Exception {
    String big = result(log.during(() -> pool().async(w -> w.big(550, 45))));
    assertThat(big).hasSize(45 << 20);
    assertThat(log.record().data().get("log dropped").toString()).contains("limit of 67108864");
  }

  @Test
  @DisplayName("C.14 the trace id of the caller is in each line, and the code can ask for it")
  void trace() throws Exception {
    TraceParent parent = TraceParent.random();
    String seen = result(parent.during(() -> log.during(() -> pool().async(Logging::trace))));
    assertThat(seen).isEqualTo(parent.traceId());
    assertThat(details("traced")).isEqualTo(Map.of("logger", "app.jul", "trace", parent.traceId()));
    assertThat(details("traced too")).isEqualTo(Map.of("trace", parent.traceId()));
    assertThat(result(pool().async(Logging::trace))).isEqualTo("none");
  }

  @Test
  @DisplayName(
      "C.14 what a killed worker had logged is not lost: it is in the autopsy, and in the log")
  void killed() throws Exception {
    var died =
        (WorkerDiedException) failure(log.during(() -> pool().run(w -> w.die("last words"))));
    assertThat(died.autopsy().exit().orElseThrow().lastLines())
        .anyMatch(line -> line.contains("INFO last words"))
        .anyMatch(line -> line.contains("of a framework: last words"));
    assertThat(log.record().toJson())
        .contains("INFO last words", "of a framework: last words", "\"call\":\"die\"");
  }

  @Test
  @DisplayName("C.13 a call whose worker logs nothing adds its timer and nothing else")
  void quiet() throws Exception {
    result(pool().with(CheckoutOptions.NONE.log(log)).run(Logging::quiet));
    assertThat(log.record().lines()).isEmpty();
    assertThat(log.record().timers()).extracting(TaskRecord.Span::name).containsExactly("quiet");
  }

  /** Logs nothing. */
  public static final class ServedQuiet {
    /** Its process. */
    public long pid() {
      return ProcessHandle.current().pid();
    }
  }

  @Test
  @DisplayName("P.4 C.14 a worker whose callers ask for no log loads none, and no logging library")
  void lean(@TempDir Path folder) throws Exception {
    Path loaded = folder.resolve("%p");
    try (var lean =
        Pool.builder(ServedQuiet.class)
            .jvmArguments("-Xlog:class+load=info:file=" + loaded + "::filecount=0")
            .start()) {
      Object pid = result(lean.call("pid"));
      assertThat(Files.readAllLines(folder.resolve(String.valueOf(pid))))
          .anyMatch(line -> line.contains(" dev.remuda.worker.CallLog "))
          .filteredOn(line ->
              line.contains(" dev.remuda.context.TaskLog ")
                  || line.contains(" dev.remuda.worker.LogCapture")
                  || line.contains(" java.util.logging."))
          .isEmpty();
    }
  }

  @Test
  @DisplayName("C.14 workers that are threads keep their logs apart")
  void threads() throws Exception {
    try (var inside = Pool.builder(Logging.class, ServedLogging.class).inThisJvm().start()) {
      var other = TaskLog.builder().open();
      var one = log.during(() -> inside.run(w -> w.everyWay("one")));
      var two = other.during(() -> inside.run(w -> w.everyWay("two")));
      result(one);
      result(two);
      Logger.getLogger("app").warning("of nobody's call");
      assertThat(texts()).containsExactly("task one", "system one", "jul one", "slf4j one");
      assertThat(other.record().lines()).hasSize(4);
    }
  }
}
