package dev.remuda.client;

import java.util.List;
import java.util.SplittableRandom;

/** All that is left to chance in a simulated run; the same seed gives the same run. */
final class Chance {
  private final SplittableRandom random;

  Chance(long seed) {
    random = new SplittableRandom(seed);
  }

  /** From 0 on, and less than {@code bound}. */
  int below(int bound) {
    return random.nextInt(bound);
  }

  long below(long bound) {
    return random.nextLong(bound);
  }

  /** From {@code least} to {@code most}, both included. */
  int between(int least, int most) {
    return least + below(most - least + 1);
  }

  boolean percent(int probability) {
    return below(100) < probability;
  }

  <E> E of(List<E> choices) {
    return choices.get(below(choices.size()));
  }

  SplittableRandom fork() {
    return random.split();
  }
}
