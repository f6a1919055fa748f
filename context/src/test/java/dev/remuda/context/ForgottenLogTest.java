package dev.remuda.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("C.11 A log that is not closed as it should")
class ForgottenLogTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final Logger logger = Logger.getLogger("dev.remuda.context");
  private final Queue<String> said = new ConcurrentLinkedQueue<>();
  private final Queue<TaskRecord> written = new ConcurrentLinkedQueue<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          said.add(new java.util.logging.SimpleFormatter().formatMessage(record));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    logger.setUseParentHandlers(false);
    logger.addHandler(handler);
  }

  @AfterEach
  void listenNoMore() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
  }

  private void forget() {
    TaskLog log = TaskLog.open(written::add);
    log.info("kept all the same");
    TaskTimer timer = log.timer("open");
    assertThat(timer).isNotNull();
  }

  @Test
  @DisplayName(
      "C.11 a forgotten one is written all the same, and reported with where it was opened")
  void forgotten() {
    forget();
    await()
        .atMost(PATIENCE)
        .until(() -> {
          System.gc();
          return !written.isEmpty();
        });
    assertThat(written.peek().lines()).hasSize(1);
    await().atMost(PATIENCE).until(() -> !said.isEmpty());
    assertThat(said.peek())
        .contains("a log was never closed")
        .contains("ForgottenLogTest.forget(ForgottenLogTest.java:");
  }

  @Test
  @DisplayName("C.15 a sink that throws is reported, and whoever closes the log hears nothing")
  void sinkThrows() {
    TaskLog.open(
            record -> {
              throw new IllegalStateException("disk full");
            })
        .close();
    TaskLog.open(
            record -> {
              throw new NoClassDefFoundError("of an appender");
            })
        .close();
    assertThat(said).containsExactly("a log could not be written", "a log could not be written");
  }
}
