package dev.remuda.benchmarks;

import java.io.File;
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
      var figures = new Figures(progress);
      int samples = options.quick() ? 1 : SAMPLES;
      var all = new ArrayList<Measured>();
      all.add(
          new Measured(
              figures.add(
                  "Pool.of to first result, no AOT cache",
                  Unit.MILLIS,
                  () -> p50("-Dremuda.aotCache=off", samples)),
              new Bar.AtMost(350, Unit.MILLIS)));
      if (isOfJars(ChildJvm.classPath())) {
        progress.say("B10: a first start leaves an AOT cache");
        train(caches);
        all.add(
            new Measured(
                figures.add(
                    "Pool.of to first result, AOT cache",
                    Unit.MILLIS,
                    () -> p50("-Dremuda.aotCache=" + caches, samples)),
                new Bar.AtMost(200, Unit.MILLIS)));
      } else {
        progress.say("B10: no AOT cache, for the JDK caches classes of jars only");
      }
      for (int round = 0; round < options.rounds(); round++) {
        progress.round("B10", round, options.rounds());
        figures.round();
      }
      var lines = new ArrayList<Line>();
      for (Measured each : all) {
        Series series = figures.ours(each.series);
        lines.add(new Line("B10", series.name(), series, List.of(), List.of(), each.bar));
      }
      return lines;
    } finally {
      delete(caches);
    }
  }

  private record Measured(Series series, Bar bar) {}

  private static boolean isOfJars(String classPath) {
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      if (!entry.isEmpty() && !entry.endsWith(".jar")) {
        return false;
      }
    }
    return true;
  }

  private static double p50(String cache, int count) throws IOException {
    double[] samples = new double[count];
    for (int i = 0; i < count; i++) {
      samples[i] = Toolbox.number(List.of(), command(cache, "never"));
    }
    return Series.median(samples);
  }

  private static void train(Path caches) throws IOException {
    Toolbox.number(List.of(), command("-Dremuda.aotCache=" + caches, "PT0S"), caches);
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
