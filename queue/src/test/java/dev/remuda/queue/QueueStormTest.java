package dev.remuda.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.remuda.faults.Direction;
import dev.remuda.faults.Executions;
import dev.remuda.faults.FaultProxy;
import dev.remuda.faults.Ledger;
import dev.remuda.faults.Schedule;
import dev.remuda.faults.Schedule.Step;
import dev.remuda.faults.Signals;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Consumers and a producer reach PostgreSQL over networks that fail, by a schedule. */
@DisplayName("D.11 D.13 The storm before the database")
@Timeout(300)
class QueueStormTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long SEED = Long.getLong("storm.seed", 1);
  private static final Duration PAUSE = Duration.ofMillis(300);
  private static final String TYPE = "storm";
  private static final int CONSUMERS = 2;

  /** From each message to the next. */
  private static final long REST_NANOS = 5_000_000;

  @TempDir Path folder;
  private final Ledger ledger = new Ledger();
  private final AtomicReferenceArray<StormConsumer> consumers =
      new AtomicReferenceArray<>(CONSUMERS);
  private final List<FaultProxy> networks = new ArrayList<>();
  private final Queue<Long> faultTimes = new ConcurrentLinkedQueue<>();
  private final Queue<Thread> running = new ConcurrentLinkedQueue<>();
  private final Set<String> inDoubt = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean over = new AtomicBoolean();
  private String url = "";

  private enum Fault {
    CUT,
    CUT_IN_REQUEST,
    CUT_IN_ANSWER,
    HOLD,
    LOSE,
    SLOW,
    KILL,
    STOP;

    static Map<Fault, Integer> weights() {
      return Map.of(
          CUT, 3, CUT_IN_REQUEST, 5, CUT_IN_ANSWER, 5, HOLD, 2, LOSE, 3, SLOW, 2, KILL, 2, STOP, 2);
    }
  }

  @Test
  @DisplayName("D.13 connections cut in a commit, lost, held, consumers killed: nothing is lost")
  void eightSeconds() throws Exception {
    storm(SEED, Duration.ofSeconds(8));
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22})
  @Tag("long")
  @DisplayName("D.13 the same for 30 s")
  void halfAMinute(long seed) throws Exception {
    storm(seed, Duration.ofSeconds(30));
  }

  private void storm(long seed, Duration length) throws Exception {
    url = Postgres.freshDatabase();
    Schedule<Fault> schedule = Schedule.draw(seed, length, PAUSE, Fault.weights());
    Path executions = folder.resolve("executions");
    try (var signals = new Signals();
        MessageQueue keeper = StormConsumer.settings(url).open()) { // it makes the tables
      for (int i = 0; i <= CONSUMERS; i++) {
        networks.add(network());
      }
      for (int i = 0; i < CONSUMERS; i++) {
        consumers.set(i, consumer(i));
      }
      Thread producer = Thread.ofVirtual().name("producer").start(this::produce);
      schedule.play(step -> bring(step, signals));
      for (Thread each : running) {
        each.join();
      }
      networks.forEach(FaultProxy::heal);
      over.set(true);
      producer.join();
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(left("MessageQueue")).isZero());
      check(Executions.read(executions));
      assertThat(keeper.deadMessages(TYPE, 1)).isEmpty();
    } catch (Exception | AssertionError e) {
      throw new AssertionError("to play it again: -Dstorm.seed=" + schedule, e);
    } finally {
      for (int i = 0; i < CONSUMERS; i++) {
        consumers.get(i).close();
      }
      networks.forEach(FaultProxy::close);
    }
  }

  private long left(String table) {
    return Engine.number(url, "SELECT count(*) FROM " + table);
  }

  private FaultProxy network() {
    InetAddress here = InetAddress.getLoopbackAddress();
    return FaultProxy.open(
        new InetSocketAddress(here, 0), new InetSocketAddress(here, Postgres.server().getPort()));
  }

  private String through(FaultProxy network) {
    return url.replaceFirst("//[^/]*/", "//127.0.0.1:" + network.port() + "/");
  }

  private StormConsumer consumer(int number) {
    return new StormConsumer(through(networks.get(number)), folder.resolve("executions"), TYPE);
  }

  /**
   * Each until it is known to be there: its key keeps a commit that was not heard from doubling it.
   */
  private void produce() {
    String own = through(networks.getLast());
    await().atMost(PATIENCE).ignoreExceptions().until(() -> opens(own));
    try (MessageQueue queue = StormConsumer.settings(own).open()) {
      for (int i = 0; !over.get(); i++) {
        String data = "m" + i;
        Ledger.Entry entry = ledger.begin(data, true);
        while (!isQueued(queue, data)) {
          inDoubt.add(data); // it may be there, and handled before it is asked for again
        }
        entry.ended(null);
        LockSupport.parkNanos(REST_NANOS);
      }
    }
  }

  private static boolean opens(String url) {
    StormConsumer.settings(url).open().close();
    return true;
  }

  private static boolean isQueued(MessageQueue queue, String data) {
    try {
      queue.enqueue(TYPE, data, EnqueueOptions.NONE.uniqueKey(data));
      return true;
    } catch (QueueStoreException e) {
      return false;
    }
  }

  private void bring(Step<Fault> step, Signals signals) {
    FaultProxy network = step.of(networks);
    int consumer = step.pick() % CONSUMERS;
    Duration time = Duration.ofMillis(step.between(200, 2_500));
    int bytes = (int) step.between(1, 20_000);
    faultTimes.add(System.currentTimeMillis());
    switch (step.fault()) {
      case CUT -> network.cut();
      case CUT_IN_REQUEST -> network.cutAfter(Direction.TO_SERVER, bytes);
      case CUT_IN_ANSWER -> network.cutAfter(Direction.TO_CLIENT, bytes);
      case HOLD -> passing(network, time, network::hold);
      case LOSE -> passing(network, time, network::lose);
      case SLOW -> passing(network, time, () -> network.delay(Duration.ofMillis(50)));
      case KILL -> {
        consumers.get(consumer).kill();
        consumers.set(consumer, consumer(consumer));
      }
      case STOP -> {
        long pid = consumers.get(consumer).pid();
        later(() -> signals.pause(pid, time.multipliedBy(2))); // longer than its claims may last
      }
    }
  }

  private void passing(FaultProxy network, Duration time, Runnable fault) {
    fault.run();
    later(() -> {
      LockSupport.parkNanos(time.toNanos());
      network.heal();
      faultTimes.add(System.currentTimeMillis()); // what was lost is reset now
    });
  }

  private void later(Runnable fault) {
    running.add(Thread.ofVirtual().name("storm-fault").start(fault));
  }

  private void check(Map<String, List<String>> executions) throws Exception {
    assertThat(ledger.problems(executions)).as("lost, or made up").isEmpty();
    assertThat(ledger.entries()).hasSizeGreaterThan(50);
    int repeated = 0;
    for (Map.Entry<String, List<String>> each : executions.entrySet()) {
      var claims = new HashSet<String>();
      var ids = new HashSet<String>();
      long earlier = 0;
      for (String run : each.getValue()) {
        String[] words = run.split(" ", 2);
        assertThat(claims.add(words[0])).as("%s ran twice by one claim: %s", each, run).isTrue();
        long now = Long.parseLong(words[1]);
        if (earlier > 0) {
          repeated++;
          assertThat(faultBetween(earlier, now)).as("nothing happened, and yet: %s", each).isTrue();
        }
        ids.add(words[0].substring(0, words[0].indexOf('.')));
        earlier = now;
      }
      assertThat(ids)
          .as("two messages of one insert: %s", each)
          .hasSizeLessThanOrEqualTo(inDoubt.contains(each.getKey()) ? Integer.MAX_VALUE : 1);
    }
    System.out.printf(
        "seed %d: %d messages, %d repeated, %d faults%n",
        SEED, ledger.entries().size(), repeated, faultTimes.size());
    Files.deleteIfExists(folder.resolve("consumers"));
  }

  private boolean faultBetween(long earlier, long later) {
    long since = earlier - StormConsumer.STALE.toMillis(); // the one that it fell behind by
    return faultTimes.stream().anyMatch(time -> time >= since && time <= later);
  }
}
