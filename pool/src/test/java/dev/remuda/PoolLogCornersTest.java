package dev.remuda;

import static dev.remuda.PoolSupport.result;
import static org.assertj.core.api.Assertions.assertThat;

import dev.remuda.context.TaskLog;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

@DisplayName("C.13, C.14 What a worker logs, and what nobody asked for")
@Timeout(120)
class PoolLogCornersTest {
  /** Logs, and calls others that do. */
  public static final class Served {
    /** With a context of which one value is not known, as of a user who is not logged in. */
    public void withoutUser() {
      MDC.put("request", "r1");
      MDC.put("user", null);
      LoggerFactory.getLogger("app.slf4j").warn("what was said");
      MDC.clear();
    }

    /** What is in the log of this call once it has called another worker. */
    public List<Object> nested() {
      try (var inner = Pool.builder(Served.class).inThisJvm().start()) {
        inner.call("pid").join();
        TaskLog log = TaskLog.current();
        log.info("said on stderr");
        return List.of(log.isKept(), log.record().timers().size());
      }
    }

    /** Its process. */
    public long pid() {
      return ProcessHandle.current().pid();
    }
  }

  private final TaskLog log = TaskLog.builder().open();

  @Test
  @DisplayName("C.14 a line comes through though a value of its MDC is null, with either backend")
  void nullInContext() throws Exception {
    for (String provider :
        List.of(
            "ch.qos.logback.classic.spi.LogbackServiceProvider",
            "org.slf4j.jul.JULServiceProvider")) {
      try (var pool =
          Pool.builder(Served.class).jvmArguments("-Dslf4j.provider=" + provider).start()) {
        result(log.during(() -> pool.call("withoutUser")));
      }
    }
    var mdc = new HashMap<String, Object>(Map.of("request", "r1"));
    mdc.put("user", null);
    assertThat(log.record().lines())
        .hasSize(2)
        .allSatisfy(line ->
            assertThat(line.arguments())
                .containsExactly("what was said", Map.of("logger", "app.slf4j", "mdc", mdc)));
  }

  @Test
  @DisplayName(
      "C.13 calls that a worker makes report to its call's log, where a caller asked for it")
  void nested() throws Exception {
    try (var pool = Pool.builder(Served.class).start()) {
      assertThat(result(pool.call("nested"))).isEqualTo(List.of(false, 0L));
      assertThat(result(log.during(() -> pool.call("nested")))).isEqualTo(List.of(true, 1L));
    }
    assertThat(log.record().timers()).hasSize(2);
  }
}
