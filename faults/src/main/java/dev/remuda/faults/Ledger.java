package dev.remuda.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for and what came of it: each entry is to end once, and to have run as often as
 * its end says. Safe for use by any thread.
 */
public final class Ledger {
  private final Map<String, Entry> entries = new ConcurrentSkipListMap<>();
  private final long begunNanos = System.nanoTime();

  /** One thing that was asked for. */
  public final class Entry {
    private final String id;
    private final boolean repeatable;
    private final long fromMillis = millis();
    private final AtomicInteger ends = new AtomicInteger();
    private volatile long toMillis;
    private volatile @Nullable Throwable failure;

    private Entry(String id, boolean repeatable) {
      this.id = id;
      this.repeatable = repeatable;
    }

    /** What it is known by. */
    public String id() {
      return id;
    }

    /** When it was asked for, in milliseconds after the ledger was made. */
    public long fromMillis() {
      return fromMillis;
    }

    /** When it ended; 0 while it has not. */
    public long toMillis() {
      return toMillis;
    }

    /** How it failed; null if it did not, or has not ended. */
    public @Nullable Throwable failure() {
      return failure;
    }

    /** Whether it has ended, and well. */
    public boolean succeeded() {
      return ends.get() > 0 && failure == null;
    }

    /** It has ended: well, if {@code why} is null. */
    public void ended(@Nullable Throwable why) {
      failure = why;
      toMillis = millis();
      ends.incrementAndGet();
    }

    @Override
    public String toString() {
      Throwable why = failure;
      return id
          + (repeatable ? " (may be repeated)" : "")
          + " asked at "
          + fromMillis
          + " ms, "
          + (ends.get() == 0 ? "never ended" : "ended at " + toMillis + " ms")
          + (why == null ? "" : ": " + why);
    }
  }

  /** Milliseconds since it was made. */
  public long millis() {
    return (System.nanoTime() - begunNanos) / 1_000_000;
  }

  /**
   * Something is asked for.
   *
   * @param repeatable whether it may run more than once
   */
  public Entry begin(String id, boolean repeatable) {
    var entry = new Entry(id, repeatable);
    if (entries.putIfAbsent(id, entry) != null) {
      throw new IllegalArgumentException("asked for twice: " + id);
    }
    return entry;
  }

  /** All that was asked for. */
  public List<Entry> entries() {
    return List.copyOf(entries.values());
  }

  /**
   * What is wrong, each with the history of its entry; nothing is.
   *
   * @param executions what has run, by id, as {@link Executions#read} gives it
   */
  public List<String> problems(Map<String, List<String>> executions) {
    var problems = new ArrayList<String>();
    for (Entry entry : entries.values()) {
      List<String> runs = executions.getOrDefault(entry.id, List.of());
      int ends = entry.ends.get();
      if (ends != 1) {
        problems.add("ended " + ends + " times: " + entry);
      }
      if (runs.size() > 1 && !entry.repeatable) {
        problems.add("ran " + runs.size() + " times, in " + runs + ": " + entry);
      }
      if (entry.succeeded() && runs.isEmpty()) {
        problems.add("has a result and never ran: " + entry);
      }
    }
    executions.keySet().stream()
        .filter(id -> !entries.containsKey(id))
        .forEach(id -> problems.add("nobody asked for what ran: " + id));
    return problems;
  }
}
