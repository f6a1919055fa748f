package dev.remuda.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * B10: from {@code Pool.of} to the first result in a JVM that has just started, once without an AOT
 * cache and once with the one that an earlier start has left.
 */
final class FirstResultRow implements Row {
  private static final int SAMPLES = 3;

  @Override
  public List<Line> measure(BenchOptions options, Toolbox tools, Progress progress)
      throws IOException {
    Path caches = Files.createTempDirectory("remuda-bench-caches");
    try {
      progress.say("B10: a first start leaves an AOT cache");
      start(caches, "PT0S", caches.toString());
      var figures = new Figures(progress);
      int samples = options.quick() ? 1 : SAMPLES;
      Series cold =
          figures.add(
              "Pool.of to first result, no AOT cache",
              Unit.MILLIS,
              () -> p50("-Dremuda.aotCache=off", samples));
      Series second =
          figures.add(
              "Pool.of to first result, AOT cache",
              Unit.MILLIS,
              () -> p50("-Dremuda.aotCache=" + caches, samples));
      for (int round = 0; round < options.rounds(); round++) {
        progress.round("B10", round, options.rounds());
        figures.round();
      }
      return List.of(line(figures, cold, 350), line(figures, second, 200));
    } finally {
      delete(caches);
    }
  }

  private static Line line(Figures figures, Series series, double most) throws IOException {
    return new Line(
        "B10",
        series.name(),
        figures.ours(series),
        List.of(),
        List.of(),
        new Bar.AtMost(most, Unit.MILLIS));
  }

  private static double p50(String cache, int count) throws IOException {
    double[] samples = new double[count];
    for (int i = 0; i < count; i++) {
      samples[i] = Toolbox.number(List.of(), command(cache, "never"));
    }
    return Series.median(samples);
  }

  private static void start(Path caches, String trainAfter, String argument) throws IOException {
    Toolbox.number(List.of(), command("-Dremuda.aotCache=" + caches, trainAfter), argument);
  }

  private static List<String> command(String cache, String trainAfter) {
    var command = new ArrayList<>(ChildJvm.command(FirstResult.class));
    command.add(1, cache);
    command.add(1, "-Dremuda.aotTrainAfter=" + trainAfter);
    return command;
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }
}
