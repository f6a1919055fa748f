package dev.remuda.benchmarks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs in the measured workers. */
public final class EchoWorker implements EchoService {
  @Override
  public String echo(String text) {
    return text;
  }

  @Override
  public long add(long left, long right) {
    return left + right;
  }

  @Override
  public List<String> sorted(List<String> words) {
    return words.stream().sorted().toList();
  }

  @Override
  public Map<String, Integer> count(List<String> words) {
    var counts = new HashMap<String, Integer>();
    for (String word : words) {
      counts.merge(word, 1, Integer::sum);
    }
    return counts;
  }

  @Override
  public Point move(Point point, double dx, double dy) {
    return new Point(point.name(), point.x() + dx, point.y() + dy);
  }
}
