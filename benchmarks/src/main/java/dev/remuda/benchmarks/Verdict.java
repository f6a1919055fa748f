package dev.remuda.benchmarks;

/** Whether a bar is met. */
enum Verdict {
  YES("yes"),
  NO("no"),
  /** What could be tested is met; the peer is not installed. */
  AS_FAR_AS_TESTED("yes, peer absent"),
  UNTESTED("not tested");

  private final String text;

  Verdict(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }

  static Verdict of(boolean met) {
    return met ? YES : NO;
  }

  Verdict and(Verdict other) {
    if (this == NO || other == NO) {
      return NO;
    }
    if (this == other) {
      return this;
    }
    return AS_FAR_AS_TESTED;
  }
}
