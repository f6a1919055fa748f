package dev.remuda.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What the measured workers serve: five methods, as an interface of an ordinary size has. */
public interface EchoService {
  /** Gives back the text. */
  String echo(String text);

  /** The sum of both. */
  long add(long left, long right);

  /** The words in order. */
  List<String> sorted(List<String> words);

  /** How often each word occurs. */
  Map<String, Integer> count(List<String> words);

  /** Moves a point, which has a name. */
  Point move(Point point, double dx, double dy);

  /** A record on the wire. */
  record Point(UUID name, double x, double y) {}
}
