package dev.remuda.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One thing's figures, a round each; filled by the thread that measures. */
final class Series {
  private final String name;
  private final Unit unit;
  private final List<Double> rounds = new ArrayList<>();

  Series(String name, Unit unit) {
    this.name = name;
    this.unit = unit;
  }

  String name() {
    return name;
  }

  Unit unit() {
    return unit;
  }

  List<Double> rounds() {
    return List.copyOf(rounds);
  }

  void add(double value) {
    rounds.add(value);
  }

  double median() {
    return median(rounds.stream().mapToDouble(Double::doubleValue).toArray());
  }

  String show() {
    return unit.show(median());
  }

  static double median(double[] values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no figure was taken");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
