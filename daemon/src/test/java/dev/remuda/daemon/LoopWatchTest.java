package dev.remuda.daemon;

import static dev.remuda.daemon.DaemonSupport.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The health of the loop. */
class LoopWatchTest {
  @Test
  @DisplayName(
      "D.5 a callback that blocks the loop is shown with its stack, and runs go on meanwhile")
  void aBlockingCallbackIsShown() {
    var runs = new AtomicInteger();
    try (Daemon daemon =
        Daemon.named("t")
            .add("a", runs::incrementAndGet, Poll.every(Duration.ofMillis(5)))
            .start()) {
      await().atMost(PATIENCE).until(() -> daemon.stats().loop().lag().count() > 3);
      var release = new CountDownLatch(1);
      daemon.vertx().runOnContext(nothing -> blockTheLoop(release));
      await().atMost(PATIENCE).until(() -> daemon.stats().loop().blocked() == 1);
      LoopStats.Block block = daemon.stats().loop().lastBlocks().getFirst();
      assertThat(block.stack()).anyMatch(frame -> frame.getMethodName().equals("blockTheLoop"));
      int before = runs.get();
      DaemonSupport.awaitCount(runs, before + 3);
      await()
          .atMost(PATIENCE)
          .until(() -> daemon.stats().loop().lastBlocks().getFirst().blocked().toMillis() > 200);
      release.countDown();
      await().atMost(PATIENCE).until(() -> daemon.stats().loop().lag().max().toMillis() > 200);
      assertThat(daemon.stats().loop().blocked()).isEqualTo(1);
    }
  }

  @Test
  @DisplayName(
      "D.5 who blocks it is warned of, but not while a JVM that has just begun loads classes")
  void warnedOfOnceItHasSettled() {
    List<Level> told = new CopyOnWriteArrayList<>();
    Logger logger = Logger.getLogger("dev.remuda.daemon");
    Level before = logger.getLevel();
    var handler = new LevelHandler(told);
    logger.setLevel(Level.ALL);
    logger.addHandler(handler);
    Vertx vertx = Vertx.vertx();
    try {
      assertThat(levelOfOneBlock(vertx, Duration.ofDays(1), told)).isEqualTo(Level.FINE);
      told.clear();
      assertThat(levelOfOneBlock(vertx, Duration.ZERO, told)).isEqualTo(Level.WARNING);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
      logger.removeHandler(handler);
      logger.setLevel(before);
    }
  }

  private static Level levelOfOneBlock(Vertx vertx, Duration settles, List<Level> told) {
    Context loop = vertx.getOrCreateContext();
    var watch = new LoopWatch(loop, "t", settles);
    var release = new CountDownLatch(1);
    try {
      await().atMost(PATIENCE).until(() -> watch.stats().lag().count() > 3);
      loop.runOnContext(nothing -> blockTheLoop(release));
      await().atMost(PATIENCE).until(() -> watch.stats().blocked() == 1 && !told.isEmpty());
      return told.getFirst();
    } finally {
      release.countDown();
      watch.close();
    }
  }

  /** Keeps the levels of what is said of a loop. */
  private static final class LevelHandler extends Handler {
    private final List<Level> told;

    LevelHandler(List<Level> told) {
      this.told = told;
      setLevel(Level.ALL);
    }

    @Override
    public void publish(LogRecord line) {
      if (String.valueOf(line.getMessage()).contains("blocking the daemon's loop")) {
        told.add(line.getLevel());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  private static void blockTheLoop(CountDownLatch release) {
    try {
      release.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  @DisplayName(
      "D.5 the histogram's percentiles are not below the truth, and at most a quarter above")
  void percentilesAreNearTheTruth() {
    var recorder = new DurationRecorder();
    assertThat(recorder.histogram().percentile(0.5)).isZero();
    for (int i = 1; i <= 1_000; i++) {
      recorder.record(i * 1_000_000L);
    }
    recorder.record(Long.MAX_VALUE / 4);
    DurationHistogram histogram = recorder.histogram();
    for (int percent = 1; percent <= 99; percent++) {
      Duration exact = Duration.ofMillis((long) Math.ceil(percent / 100.0 * 1_001));
      assertThat(histogram.percentile(percent / 100.0))
          .isBetween(exact, exact.multipliedBy(5).dividedBy(4));
    }
    assertThat(histogram.count()).isEqualTo(1_001);
    assertThat(histogram.percentile(1)).isEqualTo(Duration.ofNanos(Long.MAX_VALUE / 4));
  }
}
