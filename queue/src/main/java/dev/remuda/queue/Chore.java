package dev.remuda.queue;

import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;

/** Something that is done again and again; what it throws is logged, and it is done again. */
final class Chore {
  static final Duration NEVER = Duration.ofDays(365);

  private static final System.Logger LOG = System.getLogger(Chore.class.getName());
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  private final String name;
  private final Action action;
  private long dueAt = System.nanoTime();
  private boolean failing;

  Chore(String name, Duration first, Action action) {
    this.name = name;
    this.action = action;
    in(first);
  }

  /** Does something and says when to do it next. */
  @FunctionalInterface
  interface Action {
    Duration run() throws SQLException;
  }

  long untilDue() {
    return Math.max(0, dueAt - System.nanoTime());
  }

  void in(Duration wait) {
    dueAt = System.nanoTime() + Math.min(wait.toNanos(), NEVER.toNanos());
  }

  void runIfDue() {
    if (untilDue() > 0) {
      return;
    }
    try {
      in(action.run());
      failing = false;
    } catch (SQLException | RuntimeException | Error e) {
      if (!failing) {
        LOG.log(Level.WARNING, "queue: " + name + " failed, trying on: " + e, e);
      }
      failing = true;
      in(AFTER_FAILURE);
    }
  }
}
