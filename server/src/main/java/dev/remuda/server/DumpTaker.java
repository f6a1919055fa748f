package dev.remuda.server;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The thread dump of one worker, which says it line by line. Belongs to the supervisor's loop. */
final class DumpTaker {
  private static final int MOST_CHARACTERS = 1 << 20;

  private final List<Consumer<String>> askers = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private boolean underWay;

  /**
   * True when the worker is to be asked; else a dump is on its way already, for all who wait.
   *
   * @param then hears the whole dump
   */
  boolean add(Consumer<String> then) {
    askers.add(then);
    boolean first = !underWay;
    underWay = true;
    return first;
  }

  void forget(Consumer<String> asker) {
    askers.remove(asker);
  }

  void line(String line) {
    if (underWay && text.length() + line.length() < MOST_CHARACTERS) {
      text.append(line).append('\n');
    }
  }

  void end() {
    String whole = text.toString();
    text.setLength(0);
    underWay = false;
    List<Consumer<String>> told = List.copyOf(askers);
    askers.clear();
    told.forEach(asker -> asker.accept(whole));
  }
}
