package dev.remuda.context;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * The lines of one log, bounded: of too many the first and the last are kept, and those between are
 * counted. Guarded by its owner.
 */
final class LogLines {
  /** How many lines a log keeps; of too many, one that says so among them. */
  static final int MAX_LINES = 10_000;

  /** About how many characters a log keeps. */
  static final long MAX_SIZE = 8 << 20;

  private static final String DROPPED = "dropped";
  private static final String SAYS_DROPPED = " lines were dropped here: a log keeps " + MAX_LINES;

  private final List<TaskRecord.Line> first = new ArrayList<>();
  private final Deque<TaskRecord.Line> last = new ArrayDeque<>();
  private long firstSize;
  private long lastSize;
  private long dropped;

  void add(TaskRecord.Line line) {
    long size = size(line);
    if (last.isEmpty() && first.size() < MAX_LINES / 2 && firstSize + size <= MAX_SIZE / 2) {
      first.add(line);
      firstSize += size;
      return;
    }
    last.add(line);
    lastSize += size;
    while (last.size() > MAX_LINES / 2 || (lastSize > MAX_SIZE / 2 && last.size() > 1)) {
      TaskRecord.Line gone = last.remove();
      lastSize -= size(gone);
      dropped += lines(gone);
    }
  }

  private static long size(TaskRecord.Line line) {
    return 16 + Plain.size(line.arguments());
  }

  boolean isEmpty() {
    return first.isEmpty() && last.isEmpty();
  }

  /** One, or as many as it stands for. */
  private static long lines(TaskRecord.Line line) {
    List<?> arguments = line.arguments();
    return arguments.size() == 2
            && arguments.getFirst() instanceof String text
            && text.endsWith(SAYS_DROPPED)
            && arguments.getLast() instanceof Map<?, ?> details
            && details.get(DROPPED) instanceof Long more
            && more > 0
        ? Math.min(more, Integer.MAX_VALUE)
        : 1;
  }

  /** In order of time; where lines were dropped one says how many, in the place of another. */
  List<TaskRecord.Line> inOrder() {
    var all = new ArrayList<TaskRecord.Line>(first.size() + last.size());
    all.addAll(first);
    if (dropped > 0) {
      TaskRecord.Line displaced = last.element();
      long gone = dropped + lines(displaced);
      String text = gone + SAYS_DROPPED;
      all.add(
          new TaskRecord.Line(
              displaced.micros(), TaskLog.WARN, List.of(text, Map.of(DROPPED, gone))));
    }
    last.stream().skip(dropped > 0 ? 1 : 0).forEach(all::add);
    all.sort(Comparator.comparingLong(TaskRecord.Line::micros));
    return all;
  }
}
