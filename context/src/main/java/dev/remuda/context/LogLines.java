package dev.remuda.context;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * The lines of one log, bounded: of too many the first and the last are kept, and those between are
 * counted. Guarded by its owner.
 */
final class LogLines {
  /** How many lines a log keeps; of too many, one that says so among them. */
  static final int MAX_LINES = 10_000;

  /** About how many characters a log keeps. */
  static final long MAX_SIZE = 8 << 20;

  private final List<TaskRecord.Line> first = new ArrayList<>();
  private final Deque<TaskRecord.Line> last = new ArrayDeque<>();
  private long firstSize;
  private long lastSize;
  private long dropped;
  private long droppedUntil;

  void add(TaskRecord.Line line) {
    long size = size(line);
    if (last.isEmpty() && first.size() < MAX_LINES / 2 && firstSize + size <= MAX_SIZE / 2) {
      first.add(line);
      firstSize += size;
      return;
    }
    last.add(line);
    lastSize += size;
    while (last.size() >= MAX_LINES / 2 || (lastSize > MAX_SIZE / 2 && last.size() > 1)) {
      TaskRecord.Line gone = last.remove();
      lastSize -= size(gone);
      dropped++;
      droppedUntil = gone.micros();
    }
  }

  private static long size(TaskRecord.Line line) {
    return 16 + Plain.size(line.arguments());
  }

  boolean isEmpty() {
    return first.isEmpty();
  }

  /** In order of time; where lines were dropped one says how many. */
  List<TaskRecord.Line> inOrder() {
    var all = new ArrayList<TaskRecord.Line>(first.size() + last.size() + 1);
    all.addAll(first);
    if (dropped > 0) {
      String text = dropped + " lines were dropped here: a log keeps " + MAX_LINES;
      all.add(new TaskRecord.Line(droppedUntil, TaskLog.WARN, List.of(text)));
    }
    all.addAll(last);
    all.sort(Comparator.comparingLong(TaskRecord.Line::micros));
    return all;
  }
}
