package dev.remuda.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Handlers that take long, do not end, or throw what cannot be told. */
class SlowHandlerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  @TempDir Path folder;

  @Test
  @DisplayName("D.16 while a handler runs, a message that is due and cannot begin costs no CPU")
  void dueMeanwhile() {
    var gate = new CountDownLatch(1);
    var held = new CountDownLatch(1);
    try (MessageQueue queue = MessageQueue.open(Engine.SQLITE.url(folder))) {
      queue.enqueue("slow", "fails");
      queue.enqueue("slow", "holds");
      queue.consume(
          "slow",
          ConsumeOptions.DEFAULT.backoff(Duration.ofMillis(50), Duration.ofMillis(50)),
          message -> {
            if (message.data().equals("holds")) {
              held.countDown();
              gate.await();
            } else if (message.attempt() == 1) {
              Thread.sleep(500); // so slow that nothing is claimed ahead
              throw new IllegalStateException("once");
            }
          });
      await().atMost(PATIENCE).until(() -> held.getCount() == 0);
      long before = cpuNanos("remuda-queue-slow");
      await().pollDelay(Duration.ofSeconds(2)).atMost(PATIENCE).until(() -> true);
      assertThat(Duration.ofNanos(cpuNanos("remuda-queue-slow") - before))
          .isLessThan(Duration.ofMillis(300));
      gate.countDown();
    }
  }

  private static long cpuNanos(String thread) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(one -> one.getName().equals(thread))
        .mapToLong(one -> ManagementFactory.getThreadMXBean().getThreadCpuTime(one.threadId()))
        .sum();
  }

  @Test
  @DisplayName("D.11 an exception that fails to say what it is counts as every other")
  void unspeakable() {
    var handled = new AtomicInteger();
    try (MessageQueue queue = MessageQueue.open(Engine.SQLITE.url(folder))) {
      queue.consume(
          "mute",
          ConsumeOptions.DEFAULT.maxAttempts(1),
          message -> {
            if (message.data().equals("bad")) {
              throw new Unspeakable();
            }
            handled.incrementAndGet();
          });
      queue.enqueue("mute", "bad");
      queue.enqueue("mute", "good");
      await().atMost(PATIENCE).until(() -> handled.get() == 1);
      await().atMost(PATIENCE).until(() -> queue.deadMessages("mute", 1).size() == 1);
      assertThat(queue.deadMessages("mute", 1).getFirst().lastError()).contains("Unspeakable");
    }
  }

  private static final class Unspeakable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("nothing to say");
    }
  }

  @Test
  @DisplayName("D.13 an interrupt of who closes the queue cuts its patience short")
  void interruptedClose() throws Exception {
    var held = new CountDownLatch(1);
    MessageQueue queue =
        MessageQueue.builder(Engine.SQLITE.url(folder)).closePatience(Duration.ofHours(1)).open();
    queue.consume(
        "patient",
        _ -> {
          held.countDown();
          new CountDownLatch(1).await();
        });
    queue.enqueue("patient", "x");
    await().atMost(PATIENCE).until(() -> held.getCount() == 0);
    Thread closer = Thread.ofPlatform().daemon(true).start(queue::close);
    await().atMost(PATIENCE).until(() -> closer.getState() == Thread.State.WAITING);
    closer.interrupt();
    assertThat(closer.join(PATIENCE)).isTrue();
  }

  @Test
  @DisplayName("D.11 what does not end at the close has had its attempt, and says so")
  void givenUpAtClose() throws Exception {
    String url = Engine.SQLITE.url(folder);
    var held = new CountDownLatch(1);
    var gate = new CountDownLatch(1);
    MessageQueue queue = MessageQueue.builder(url).closePatience(Duration.ZERO).open();
    queue.consume(
        "deaf",
        _ -> {
          held.countDown();
          while (gate.getCount() > 0) {
            try {
              gate.await();
            } catch (InterruptedException e) {
              // It is deaf.
            }
          }
        });
    queue.enqueue("deaf", "x");
    await().atMost(PATIENCE).until(() -> held.getCount() == 0);
    queue.close();
    assertThat(Engine.text(url, "SELECT owner FROM MessageQueue")).isNull();
    assertThat(Engine.number(url, "SELECT attempt FROM MessageQueue")).isEqualTo(1);
    assertThat(Engine.text(url, "SELECT last_error FROM MessageQueue")).contains("closed");
    gate.countDown();
  }
}
