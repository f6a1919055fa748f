package dev.remuda.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of messages whose consumer is killed, stopped or goes without them. */
@Execution(ExecutionMode.CONCURRENT)
class CrashTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  /** Milliseconds; long enough for a loaded machine to give heartbeats in time. */
  private static final long HEARTBEAT = 300;

  private static final long STALE = 3_000;

  @TempDir Path folder;

  private static MessageQueue open(String url) {
    return MessageQueue.builder(url)
        .heartbeat(Duration.ofMillis(HEARTBEAT))
        .staleAfter(Duration.ofMillis(STALE))
        .poll(Duration.ofMillis(STALE))
        .open();
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  @DisplayName("D.13 the messages of a consumer killed with -9 are rescued, none other is repeated")
  void rescue(Engine engine) throws Exception {
    String url = engine.url(folder);
    Map<String, List<Integer>> seen = new ConcurrentHashMap<>();
    try (MessageQueue queue = open(url);
        ConsumerProcess victim = new ConsumerProcess(url, "crash", HEARTBEAT, STALE, "hang")) {
      victim.awaitLine("ready");
      queue.enqueue("crash", "held");
      victim.awaitLine("begin held");
      var errors = new ArrayList<String>();
      queue.consume(
          "crash",
          message -> {
            seen.computeIfAbsent(
                    message.data(), _ -> Collections.synchronizedList(new ArrayList<>()))
                .add(message.attempt());
            if (message.lastError() != null) {
              errors.add(message.lastError());
            }
          });
      queue.enqueue("crash", "free");
      await().atMost(PATIENCE).until(() -> seen.containsKey("free"));
      assertThat(seen).doesNotContainKey("held");

      victim.kill();
      await().atMost(PATIENCE).until(() -> seen.containsKey("held"));
      assertThat(seen.get("held")).containsExactly(2);
      assertThat(seen.get("free")).containsExactly(1);
      assertThat(errors).singleElement().asString().contains("no heartbeat for");
      assertThat(queue.snapshot().rescued()).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("D.13 a zombie is told that its claim is lost, and its late completion is fenced")
  void zombie() throws Exception {
    String url = Engine.SQLITE.url(folder);
    var seen = new AtomicInteger();
    try (MessageQueue queue = open(url);
        ConsumerProcess zombie = new ConsumerProcess(url, "z", HEARTBEAT, STALE, "tell")) {
      zombie.awaitLine("ready");
      queue.enqueue("z", "one");
      zombie.awaitLine("begin one");
      zombie.signal("STOP");
      queue.consume(
          "z",
          ConsumeOptions.DEFAULT.backoff(Duration.ofHours(1), Duration.ofHours(1)),
          _ -> {
            throw new IllegalStateException("seen " + seen.incrementAndGet());
          });
      await().atMost(PATIENCE).until(() -> seen.get() == 1);

      zombie.signal("CONT");
      zombie.tell();
      zombie.awaitLine("end one");
      zombie.finish();
      assertThat(zombie.lines()).contains("end one true", "fenced 1");
      assertThat(Engine.number(url, "SELECT count(*) FROM MessageQueue")).isEqualTo(1);
    }
  }

  @Test
  @DisplayName("D.11 a message that kills its consumer each time dies after maxAttempts")
  void killer() throws Exception {
    String url = Engine.SQLITE.url(folder);
    try (MessageQueue queue = open(url)) {
      queue.enqueue("killer", "x");
      Engine.sql(
          url, "UPDATE MessageQueue SET attempt = 20, last_error = 'it killed the last one'");
      var handled = new AtomicInteger();
      queue.consume("killer", _ -> handled.incrementAndGet());

      await().atMost(PATIENCE).until(() -> !queue.deadMessages("killer", 1).isEmpty());
      assertThat(handled).hasValue(0);
      assertThat(queue.deadMessages("killer", 1).getFirst().lastError())
          .contains("given up after 20 attempts")
          .contains("it killed the last one");
    }
  }

  @Test
  @DisplayName("D.11 D.13 consumers killed at random: nothing lost, repeated only what was begun")
  void killedAgainAndAgain() throws Exception {
    String url = Engine.SQLITE.url(folder);
    int messages = 400;
    Map<String, AtomicInteger> begun = new ConcurrentHashMap<>();
    try (MessageQueue queue = open(url);
        ConsumerProcess first = new ConsumerProcess(url, "k", HEARTBEAT, STALE, "work");
        ConsumerProcess second = new ConsumerProcess(url, "k", HEARTBEAT, STALE, "work")) {
      first.awaitLine("ready");
      second.awaitLine("ready");
      for (int i = 0; i < messages; i++) {
        queue.enqueue("k", "m" + i);
        if (i == messages / 4) {
          first.kill();
        }
        if (i == messages / 2) {
          second.kill();
        }
      }
      queue.consume(
          "k", m -> begun.computeIfAbsent(m.data(), _ -> new AtomicInteger()).incrementAndGet());
      await()
          .atMost(PATIENCE)
          .until(() -> Engine.number(url, "SELECT count(*) FROM MessageQueue") == 0);
      int repeated = 0;
      for (int i = 0; i < messages; i++) {
        String data = "m" + i;
        boolean here = begun.containsKey(data);
        boolean there = ended(first, data) || ended(second, data);
        assertThat(here || there).as(data).isTrue();
        repeated += here && there ? 1 : 0;
      }
      // What had run when the process was killed, and whose removal was not committed.
      assertThat(repeated).isLessThanOrEqualTo(2 * ConsumeOptions.DEFAULT.batch());
    }
  }

  private static boolean ended(ConsumerProcess process, String data) {
    return process.lines().stream().anyMatch(line -> line.startsWith("end " + data + " "));
  }

  @Test
  @DisplayName("D.13 what a handler throws at once releases its message within a second")
  void releasedAtOnce() {
    String url = Engine.SQLITE.url(folder);
    var thrownAt = new AtomicLong();
    try (MessageQueue queue = MessageQueue.open(url)) {
      queue.consume(
          "worker",
          ConsumeOptions.DEFAULT.backoff(Duration.ofHours(1), Duration.ofHours(1)),
          _ -> {
            thrownAt.set(System.currentTimeMillis());
            throw new IllegalStateException("mail: worker connection suddenly died; killed by 9");
          });
      queue.enqueue("worker", "x");
      String released =
          "SELECT count(*) FROM MessageQueue WHERE owner IS NULL AND last_error LIKE '%killed by"
              + " 9%'";
      await().atMost(PATIENCE).until(() -> Engine.number(url, released) == 1);
      // The database's clock is this machine's: when it was released is in the row.
      long millis =
          Engine.number(url, "SELECT run_at - backoff FROM MessageQueue") - thrownAt.get();
      assertThat(millis)
          .as("released %d ms after it was thrown; a heartbeat's absence takes 30 s", millis)
          .isBetween(0L, 5_000L);
    }
  }

  @Test
  @DisplayName("D.13 closing gives back what was not begun, its attempt uncounted")
  void closingGivesBack() throws Exception {
    String url = Engine.SQLITE.url(folder);
    MessageQueue queue = open(url);
    var gate = new java.util.concurrent.CountDownLatch(1);
    var begun = new AtomicInteger();
    queue.consume(
        "c",
        message -> {
          begun.incrementAndGet();
          if (!message.data().equals("0")) {
            gate.await();
          }
        });
    List<String> data = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      data.add("" + i);
    }
    queue.enqueueAll("c", data, EnqueueOptions.NONE);
    await().atMost(PATIENCE).until(() -> begun.get() == 2);
    Thread closer = Thread.ofVirtual().start(queue::close);
    String left = "SELECT count(*) FROM MessageQueue WHERE owner IS NULL AND attempt = 0";
    await().atMost(PATIENCE).until(() -> Engine.number(url, left) == 48);
    gate.countDown();
    closer.join();
    assertThat(Engine.number(url, "SELECT count(*) FROM MessageQueue")).isEqualTo(48);
    assertThat(Engine.number(url, "SELECT count(*) FROM message_consumer")).isZero();
  }

  @Test
  @Tag("long")
  @DisplayName("D.13 with the default times a killed consumer's message is rescued within 35 s")
  void rescueInRealTime() throws Exception {
    String url = Engine.SQLITE.url(folder);
    try (MessageQueue queue = MessageQueue.open(url);
        ConsumerProcess victim = new ConsumerProcess(url, "real", 5_000, 30_000, "hang")) {
      victim.awaitLine("ready");
      queue.enqueue("real", "held");
      victim.awaitLine("begin held");
      List<Instant> seen = Collections.synchronizedList(new ArrayList<>());
      queue.consume("real", _ -> seen.add(Instant.now()));
      victim.kill();
      Instant killed = Instant.now();
      await().atMost(Duration.ofSeconds(60)).until(() -> !seen.isEmpty());
      assertThat(Duration.between(killed, seen.getFirst())).isLessThan(Duration.ofSeconds(35));
    }
  }
}
