package dev.remuda.benchmarks;

import java.util.Locale;

/** What a figure counts. */
enum Unit {
  MICROS("µs"),
  MILLIS("ms"),
  MEBIBYTES("MiB"),
  PERCENT("%"),
  PER_SECOND("/s");

  private final String sign;

  Unit(String sign) {
    this.sign = sign;
  }

  String sign() {
    return sign;
  }

  /** The number and its unit. */
  String show(double value) {
    return this == PER_SECOND ? number(value) + sign : number(value) + " " + sign;
  }

  /** Three digits that mean something. */
  String number(double value) {
    if (this == PER_SECOND) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    int decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
