package dev.remuda.queue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * When a consumer looks for messages, and from where on. Where somebody holds an old transaction
 * open, PostgreSQL has to wade through all rows that were deleted since; so most looks begin behind
 * what was claimed last, and a look from the start costs at most a twentieth of the time. Owned by
 * the consumer's thread, except for what says that it wakes.
 */
final class Lookout {
  private static final long FULL_SHARE = 20;
  private static final long SECOND = 1_000_000_000;
  private static final long NEVER = Long.MAX_VALUE;
  private static final long LOOK_AGAIN_MILLIS = 1_000;

  private final String type;
  private final int maxData;
  private volatile boolean kicked;
  private volatile boolean polled = true;
  private final AtomicLong dueAt = new AtomicLong(NEVER);

  private boolean more;
  private boolean dueUnknown;
  private boolean fromStart = true;
  private boolean lastFull;
  private long mark;
  private long lastDueLook = System.nanoTime();
  private long lastFullLook = System.nanoTime();
  private long fullCost;

  /** When to look from the start although nobody asks for it. */
  private long fullAt = NEVER;

  Lookout(String type, int maxData) {
    this.type = type;
    this.maxData = maxData;
  }

  void kick() {
    kicked = true;
  }

  /** A look from the start. */
  void poll() {
    polled = true;
  }

  /** There is one, in so many milliseconds. */
  void due(long millis) {
    if (millis <= 0) {
      polled = true;
    } else {
      long at = System.nanoTime() + Math.min(millis, Integer.MAX_VALUE) * 1_000_000;
      dueAt.updateAndGet(known -> known == NEVER || at - known < 0 ? at : known);
    }
  }

  /** The same after a look: what is due and was not claimed is somebody else's for now. */
  void dueAfterLook(long millis) {
    due(lastFull && millis <= 0 ? LOOK_AGAIN_MILLIS : millis);
  }

  /** Whether there may be something to claim. */
  boolean hungry() {
    return more || kicked || polled || untilDue() == 0;
  }

  /** Nanoseconds until the next known message is due, or a look from the start. */
  long untilDue() {
    return Math.min(until(dueAt.get()), until(fullAt));
  }

  private static long until(long at) {
    return at == NEVER ? at : Math.max(0, at - System.nanoTime());
  }

  /** What to ask for; to be called only when it is asked for, then {@link #seen}. */
  List<ClaimRequest> requests(int limit) {
    long now = System.nanoTime();
    boolean due = until(dueAt.get()) == 0;
    if (due) {
      dueAt.set(NEVER);
    }
    fromStart |= polled || until(fullAt) == 0;
    polled = false;
    kicked = false;
    lastFull = fromStart || now - lastFullLook > Math.max(SECOND, FULL_SHARE * fullCost);
    var requests = new ArrayList<ClaimRequest>();
    if (due || now - lastDueLook > SECOND) {
      lastDueLook = now;
      requests.add(new ClaimRequest(type, limit, 0, true, maxData));
    }
    requests.add(new ClaimRequest(type, limit, lastFull ? 0 : mark, false, maxData));
    return requests;
  }

  /** What was found, and what it took. */
  void seen(List<ClaimedRow> rows, int limit, long nanos) {
    more = rows.size() >= limit;
    dueUnknown = !more;
    boolean found = !rows.isEmpty();
    if (lastFull) {
      fullCost = nanos;
      lastFullLook = System.nanoTime();
      fromStart = false;
      fullAt = NEVER;
    } else if (!found) {
      // What was committed late, or came back, is before the mark.
      long next = lastFullLook + FULL_SHARE * fullCost;
      fromStart = System.nanoTime() - next > 0;
      more = fromStart;
      fullAt = next;
    }
    for (ClaimedRow row : rows) {
      if (row.immediate()) {
        mark = Math.max(mark, row.id() + 1);
      }
    }
  }

  /** After an error: everything is to be looked at again. */
  void forget() {
    more = true;
    fromStart = true;
  }

  /** Whether it is to be asked when the next message is due. */
  boolean asksForDue() {
    return dueUnknown;
  }

  void dueKnown() {
    dueUnknown = false;
  }
}
