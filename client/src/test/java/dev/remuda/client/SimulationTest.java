package dev.remuda.client;

import static dev.remuda.client.Setting.millis;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Thousands of runs of the whole client on a loop without threads, sockets or clock, each from a
 * seed that decides what happens and in which order. One that fails says its seed and prints its
 * steps; {@code -Dremuda.sim.seed=N} runs that one alone, in each test that is run, and {@code
 * -Dremuda.sim.seeds=COUNT} says how many a test runs.
 */
@DisplayName("P.20 to P.36 (P.26, P.27, P.30 and P.31 too) Whatever happens, in whatever order")
class SimulationTest {
  private static final Logger LOG = Logger.getLogger("dev.remuda.client");
  private static final Level BEFORE = LOG.getLevel() == null ? Level.INFO : LOG.getLevel();
  private static final int TRACED_STEPS = 400;

  @BeforeAll
  static void hush() {
    LOG.setLevel(Level.OFF); // thousands of workers break their protocol
  }

  @AfterAll
  static void speak() {
    LOG.setLevel(BEFORE);
  }

  private static Map<String, Integer> explore(int runs, Simulation.Race race) {
    var counts = new TreeMap<String, Integer>();
    Long only = Long.getLong("remuda.sim.seed");
    if (only != null) {
      run(only, counts, race);
      return counts;
    }
    long all = Integer.getInteger("remuda.sim.seeds", runs);
    for (long seed = 1; seed <= all; seed++) {
      run(seed, counts, race);
    }
    return counts;
  }

  private static void run(long seed, Map<String, Integer> counts, Simulation.Race race) {
    try {
      new Simulation(seed, false, counts, race).run();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError("seed " + seed + ": " + e + "\n" + trace(seed, race), e);
    }
  }

  /** The same run again, which writes down what happens. */
  private static String trace(long seed, Simulation.Race race) {
    var again = new Simulation(seed, true, new TreeMap<>(), race);
    try {
      again.run();
    } catch (RuntimeException | AssertionError e) {
      // It is the one that is told already.
    }
    List<String> steps = again.trace();
    int from = Math.max(0, steps.size() - TRACED_STEPS);
    return String.join("\n", steps.subList(from, steps.size()));
  }

  private static void happened(Map<String, Integer> counts, int least, String... what) {
    if (Long.getLong("remuda.sim.seed") == null) {
      for (String each : what) {
        assertThat(counts.getOrDefault(each, 0))
            .as(each + " in " + counts)
            .isGreaterThanOrEqualTo(least);
      }
    }
  }

  private static void storm(Setting setting, Chance chance) {
    setting.servers = chance.between(1, 2);
    setting.trouble = chance.of(List.of(0, 20, 60, 100));
    setting.outages = chance.percent(40);
    setting.close = chance.percent(30);
    setting.interference = chance.percent(30);
    setting.users = chance.between(1, 6);
    setting.actions = 10;
    setting.habits = SimulatedUsers.Habits.WILD;
    setting.executor = chance.percent(30);
    setting.supervisor = chance.percent(60);
    setting.limits =
        chance.of(
            List.of(
                CheckoutOptions.NONE,
                CheckoutOptions.NONE.timeout(millis(400)),
                CheckoutOptions.NONE.timeout(Duration.ZERO).keepAfterError(true),
                CheckoutOptions.NONE.queueTimeout(millis(300)).callTimeout(millis(200))));
    if (chance.percent(30)) {
      setting.maxQueue = chance.below(5);
      setting.policy = chance.of(List.of(QueuePolicy.values()));
    }
    int maxCheckouts = chance.percent(30) ? chance.between(1, 4) : 0;
    int idle = chance.of(List.of(5, 100, 60_000));
    PoisonRule poison =
        chance.percent(50) ? PoisonRule.OFF : new PoisonRule(2, millis(800), millis(400));
    setting.more =
        builder -> builder.maxCheckouts(maxCheckouts).idleTimeout(millis(idle)).poison(poison);
  }

  @Test
  @DisplayName("P.20 to P.36 a storm of everything")
  void storm() {
    Map<String, Integer> counts = explore(2_500, SimulationTest::storm);
    happened(
        counts,
        25,
        "result",
        "CallCancelledException",
        "CallFailedException",
        "CallSkippedException",
        "CallTimeoutException",
        "CheckoutClosedException",
        "ConnectException",
        "ProtocolException",
        "QueueFullException",
        "QueueTimeoutException",
        "SetupFailedException",
        "WorkerDiedException");
    happened(counts, 1, "PoisonedCallException");
    happened(
        counts,
        8,
        "Connected",
        "ConnectFailed",
        "CheckedOut",
        "Released",
        "CallEnded",
        "WorkerLost",
        "Retiring",
        "a message too many",
        "abort is not answered",
        "an idempotent call runs again",
        "cancelled by its user",
        "garbage",
        "greeting ends a worker of the base protocol",
        "half a reply",
        "hook never ends",
        "killer call",
        "rt",
        "rt instead of rd",
        "silent call",
        "skipped in the pipeline",
        "stream ends",
        "stream is cancelled",
        "supervisor is asked to kill",
        "timeout with a dump",
        "value",
        "worker dies at any moment",
        "worker dies before it reads",
        "worker dies while it runs",
        "worker waits for its values to be taken");
  }

  @Test
  @Tag("long")
  @DisplayName("P.20 to P.36 a storm of everything, for long")
  void longStorm() {
    explore(25_000, SimulationTest::storm);
  }

  @Test
  @DisplayName("P.21 checkouts are granted in the order in which they were taken")
  void turns() {
    Map<String, Integer> counts = explore(3_000, SimulationTest::turns);
    happened(counts, 100, "result", "QueueTimeoutException", "cancelled by its user");
  }

  private static void turns(Setting setting, Chance chance) {
    setting.inOrder = true;
    setting.maxWorkers = chance.between(1, 2);
    setting.habits = new SimulatedUsers.Habits(false, 10, true, false, 0, 10);
    setting.users = 5;
    setting.actions = 5;
  }

  @Test
  @DisplayName("P.25 a grant against a timeout")
  void grantAgainstTimeout() {
    Map<String, Integer> counts = explore(3_000, SimulationTest::grantAgainstTimeout);
    happened(counts, 500, "result", "QueueTimeoutException", "CallTimeoutException");
  }

  private static void grantAgainstTimeout(Setting setting, Chance chance) {
    setting.maxWorkers = 1;
    setting.limits =
        CheckoutOptions.NONE.queueTimeout(millis(chance.between(1, 12))).callTimeout(millis(15));
    setting.users = 3;
    setting.actions = 4;
    setting.supervisor = chance.percent(50);
  }

  @Test
  @DisplayName("P.29 a release against a death")
  void releaseAgainstDeath() {
    Map<String, Integer> counts = explore(3_000, SimulationTest::releaseAgainstDeath);
    happened(counts, 200, "result", "Released", "WorkerLost", "WorkerDiedException");
  }

  private static void releaseAgainstDeath(Setting setting, Chance chance) {
    setting.outages = true;
    setting.trouble = 40;
    setting.maxWorkers = chance.between(1, 2);
    setting.users = 2;
    setting.actions = 4;
    setting.interference = chance.percent(50);
  }

  @Test
  @DisplayName("P.33 a close against everything")
  void closeAgainstEverything() {
    Map<String, Integer> counts = explore(3_000, SimulationTest::closeAgainstEverything);
    happened(counts, 300, "result", "CheckoutClosedException");
  }

  private static void closeAgainstEverything(Setting setting, Chance chance) {
    storm(setting, chance);
    setting.close = true;
    setting.closeWithinMillis = 60;
    setting.users = 3;
    setting.actions = 4;
  }

  @Test
  @DisplayName("P.28 a cancel against a reply")
  void cancelAgainstReply() {
    Map<String, Integer> counts = explore(3_000, SimulationTest::cancelAgainstReply);
    happened(counts, 500, "result", "cancelled by its user", "CallSkippedException");
  }

  private static void cancelAgainstReply(Setting setting, Chance chance) {
    setting.habits = new SimulatedUsers.Habits(true, 45, false, chance.percent(30), 20, 6);
    setting.users = 2;
    setting.actions = 8;
    setting.supervisor = chance.percent(50);
  }

  @Test
  @DisplayName("P.17 P.22 a retirement, or the end of a worker's idle time, against a grant")
  void retireAgainstGrant() {
    Map<String, Integer> counts = explore(3_000, SimulationTest::retireAgainstGrant);
    happened(counts, 500, "result", "Retiring", "rt", "CheckedOut");
  }

  private static void retireAgainstGrant(Setting setting, Chance chance) {
    setting.trouble = 100;
    setting.only = "rt";
    setting.plain = 0;
    setting.users = 3;
    setting.actions = 5;
    setting.interference = chance.percent(50);
    int checkouts = chance.below(3);
    setting.more = builder -> builder.maxCheckouts(checkouts).idleTimeout(millis(2));
  }
}
