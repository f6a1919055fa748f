package dev.remuda.server;

import dev.remuda.protocol.WorkerExit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How the last workers ended, and who waits to hear it of those that live. Belongs to the
 * supervisor's loop.
 */
final class Exits {
  /** So many ends are remembered, fewer where their last lines are very long. */
  static final int KEPT = 1_000;

  private static final int KEPT_CHARACTERS = 32 << 20;

  private final Map<String, WorkerExit> kept = new LinkedHashMap<>();
  private final Map<String, List<Consumer<WorkerExit>>> waiting = new HashMap<>();
  private long characters;

  /** Null for one that lives, never was, or is forgotten. */
  @Nullable WorkerExit of(String workerId) {
    return kept.get(workerId);
  }

  /** How many wait to hear of an end. */
  int waiting() {
    return waiting.values().stream().mapToInt(List::size).sum();
  }

  /** To be called once, when that worker has ended; what it gives forgets it. */
  Runnable await(String workerId, Consumer<WorkerExit> then) {
    waiting.computeIfAbsent(workerId, id -> new ArrayList<>()).add(then);
    return () ->
        waiting.computeIfPresent(
            workerId,
            (id, all) -> {
              all.remove(then);
              return all.isEmpty() ? null : all;
            });
  }

  void add(WorkerExit exit) {
    kept.put(exit.id(), exit);
    characters += characters(exit);
    while (kept.size() > KEPT || (characters > KEPT_CHARACTERS && kept.size() > 1)) {
      forgetOldest();
    }
    List<Consumer<WorkerExit>> listeners = waiting.remove(exit.id());
    if (listeners != null) {
      listeners.forEach(listener -> listener.accept(exit));
    }
  }

  private void forgetOldest() {
    WorkerExit oldest = kept.values().iterator().next();
    kept.remove(oldest.id());
    characters -= characters(oldest);
  }

  private static long characters(WorkerExit exit) {
    return exit.lastLines().stream().mapToLong(String::length).sum();
  }
}
