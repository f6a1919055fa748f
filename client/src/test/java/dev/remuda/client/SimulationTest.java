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
@DisplayName("P.20 to P.36 Whatever happens, in whatever order")
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
    Map<String, Integer> counts = explore(8_000, SimulationTest::storm);
    System.out.println(counts);
  }

  @Test
  @Tag("long")
  @DisplayName("P.20 to P.36 a storm of everything, for long")
  void longStorm() {
    explore(500_000, SimulationTest::storm);
  }
}
