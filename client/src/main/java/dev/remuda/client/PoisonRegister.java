package dev.remuda.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Which calls have killed workers lately. A death counts at once, and is taken back when it turns
 * out that the call was not to blame. Belongs to the client's loop.
 */
final class PoisonRegister {
  /** Of more calls than this that kill, the one that did so longest ago is forgotten. */
  private static final int MAX_CALLS = 1_000;

  /** Deaths of the same call within this time may be one event: the end of a server, say. */
  private static final long ONE_EVENT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final PoisonRule rule;
  private final Map<String, Deaths> deaths =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Deaths> eldest) {
          return size() > MAX_CALLS;
        }
      };

  PoisonRegister(PoisonRule rule) {
    this.rule = rule;
  }

  PoisonRule rule() {
    return rule;
  }

  /**
   * A worker died while it had this call.
   *
   * @return what can be taken back; null where it does not count
   */
  @Nullable Death killed(PendingCall call, long now) {
    if (rule.isOff()) {
      return null;
    }
    Deaths earlier = deaths.remove(call.fingerprint());
    Deaths all = earlier == null ? new Deaths() : earlier;
    deaths.put(call.fingerprint(), all); // the last to kill is the last to be forgotten
    return all.add(call.sentNanos, now);
  }

  /** How long the call is still refused; zero if it is not. */
  Duration refusal(PendingCall call, long now) {
    Deaths earlier = deaths.isEmpty() ? null : deaths.get(call.fingerprint());
    return earlier == null || earlier.refusedUntil <= now
        ? Duration.ZERO
        : Duration.ofNanos(earlier.refusedUntil - now);
  }

  /** One that counts. */
  final class Death {
    private final Deaths all;
    private final long time;

    private Death(Deaths all, long time) {
      this.all = all;
      this.time = time;
    }

    /** Something else ended the worker. */
    void takeBack() {
      if (all.times.removeFirstOccurrence(time) && all.times.size() < rule.deaths()) {
        all.refusedUntil = 0;
      }
    }
  }

  /** When one call has killed, and what follows. */
  private final class Deaths {
    private final Deque<Long> times = new ArrayDeque<>(3);
    private long refusedUntil;

    private @Nullable Death add(long sent, long now) {
      if (refusedUntil != 0 && refusedUntil <= now) {
        times.clear();
        refusedUntil = 0;
      }
      Long last = times.peekLast();
      if (last != null && sent < last && now - last < ONE_EVENT_NANOS) {
        return null; // it was under way when the other died
      }
      times.add(now);
      while (now - times.getFirst() > rule.within().toNanos()) {
        times.removeFirst();
      }
      if (refusedUntil == 0 && times.size() >= rule.deaths()) {
        refusedUntil = now + rule.refusedFor().toNanos();
      }
      return new Death(this, now);
    }
  }
}
