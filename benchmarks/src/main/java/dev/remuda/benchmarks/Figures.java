package dev.remuda.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The series of something that others do too; each adds one figure a round. */
final class Figures {
  /** Takes one figure, in the unit that the source has. */
  interface Source {
    double take() throws IOException;
  }

  private record Measured(Series series, Source source, double perUnit) {}

  private final Progress progress;
  private final List<Measured> all = new ArrayList<>();
  private final List<Measured> failed = new ArrayList<>();

  Figures(Progress progress) {
    this.progress = progress;
  }

  /** Adds a source of nanoseconds, bytes, per cent or counts a second. */
  Series add(String name, Unit unit, Source source) {
    var series = new Series(name, unit);
    all.add(new Measured(series, source, perUnit(unit)));
    return series;
  }

  private static double perUnit(Unit unit) {
    return switch (unit) {
      case MICROS -> 1e3;
      case MILLIS -> 1e6;
      case MEBIBYTES -> 1 << 20;
      case PERCENT, PER_SECOND -> 1;
    };
  }

  /** Takes one figure of each; one that fails is not asked again. */
  void round() {
    for (Measured each : all) {
      if (failed.contains(each)) {
        continue;
      }
      try {
        each.series.add(each.source.take() / each.perUnit);
      } catch (IOException e) {
        failed.add(each);
        progress.say(each.series.name() + " is left out: " + e.getMessage());
      }
    }
  }

  /** Those of {@code wanted} that have a figure for each round. */
  List<Series> whole(List<Series> wanted) {
    return wanted.stream()
        .filter(series -> failed.stream().noneMatch(each -> each.series.equals(series)))
        .toList();
  }

  /** The series itself, if it has a figure for each round. */
  Series ours(Series series) throws IOException {
    if (whole(List.of(series)).isEmpty()) {
      throw new IOException(series.name() + " could not be measured");
    }
    return series;
  }
}
