package dev.remuda.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Which fault comes when: a pure function of its seed, so that what went wrong once can be played
 * again. Its text shows seed and steps.
 *
 * @param <F> the faults that there are
 * @param seed what it was drawn from
 * @param steps in the order of their times
 */
public record Schedule<F extends Enum<F>>(long seed, List<Step<F>> steps) {
  /** What {@code pick} and {@code strength} of a step are below. */
  public static final int RANGE = 10_000;

  /** Copies the list. */
  public Schedule {
    steps = List.copyOf(steps);
  }

  /**
   * One fault.
   *
   * @param at how long after the beginning
   * @param fault which
   * @param pick whom it meets: 0 to {@link #RANGE} − 1, of however many there are by then
   * @param strength how hard, or how long: 0 to {@link #RANGE} − 1
   */
  public record Step<F extends Enum<F>>(Duration at, F fault, int pick, int strength) {
    /** The one of {@code all}, which is not empty, that it meets. */
    public <T> T of(List<T> all) {
      return all.get(pick % all.size());
    }

    /** A value from {@code least} to {@code most}, more often a small one. */
    public long between(long least, long most) {
      double share = (double) strength / RANGE;
      return least + (long) ((most - least) * share * share);
    }

    @Override
    public String toString() {
      return "%6d ms %s %d %d".formatted(at.toMillis(), fault, pick, strength);
    }
  }

  /**
   * Draws a schedule.
   *
   * @param length when it ends
   * @param pause between two steps, on the average
   * @param weights how often each fault comes, in relation to the others
   */
  public static <F extends Enum<F>> Schedule<F> draw(
      long seed, Duration length, Duration pause, Map<F, Integer> weights) {
    var ordered = new EnumMap<>(weights);
    int sum = ordered.values().stream().mapToInt(Integer::intValue).sum();
    var random = new Random(seed);
    var steps = new ArrayList<Step<F>>();
    long millis = wait(random, pause);
    while (millis < length.toMillis()) {
      F fault = pick(ordered, random.nextInt(sum));
      Duration at = Duration.ofMillis(millis);
      steps.add(new Step<>(at, fault, random.nextInt(RANGE), random.nextInt(RANGE)));
      millis += wait(random, pause);
    }
    return new Schedule<>(seed, steps);
  }

  private static long wait(Random random, Duration pause) {
    return 1 + (long) (random.nextDouble() * 2 * pause.toMillis());
  }

  private static <F extends Enum<F>> F pick(Map<F, Integer> weights, int at) {
    int rest = at;
    for (Map.Entry<F, Integer> each : weights.entrySet()) {
      rest -= each.getValue();
      if (rest < 0) {
        return each.getKey();
      }
    }
    throw new IllegalStateException("the weights add up to less than " + at);
  }

  /** Has each step taken when its time has come; blocks until the last one is. */
  public void play(Consumer<Step<F>> action) {
    long begin = System.nanoTime();
    for (Step<F> step : steps) {
      long due = begin + step.at().toNanos();
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      action.accept(step);
    }
  }

  @Override
  public String toString() {
    return "seed "
        + seed
        + "\n"
        + steps.stream().map(Step::toString).collect(Collectors.joining("\n"));
  }
}
