package dev.remuda.benchmarks;

/** Hears what is being done. */
interface Progress {
  void say(String what);

  /** Such as {@code B1 one core: round 2 of 5}. */
  default void round(String what, int round, int rounds) {
    say(what + ": round " + (round + 1) + " of " + rounds);
  }
}
