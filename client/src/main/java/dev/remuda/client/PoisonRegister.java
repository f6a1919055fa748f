package dev.remuda.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which calls have killed workers lately. Belongs to the client's loop. */
final class PoisonRegister {
  /** Of more calls than this that kill, the one that did so longest ago is forgotten. */
  private static final int MAX_CALLS = 1_000;

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

  /** A worker died while it had this call. */
  void killed(PendingCall call, long now) {
    if (rule.isOff()) {
      return;
    }
    Deaths earlier = deaths.remove(call.fingerprint());
    Deaths all = earlier == null ? new Deaths() : earlier;
    deaths.put(call.fingerprint(), all); // the last to kill is the last to be forgotten
    all.times.add(now);
    while (now - all.times.getFirst() > rule.within().toNanos()) {
      all.times.removeFirst();
    }
    if (all.times.size() >= rule.deaths()) {
      all.refusedUntil = now + rule.refusedFor().toNanos();
      all.times.clear();
    }
  }

  /** How long the call is still refused; zero if it is not. */
  Duration refusal(PendingCall call, long now) {
    Deaths earlier = deaths.isEmpty() ? null : deaths.get(call.fingerprint());
    return earlier == null || earlier.refusedUntil <= now
        ? Duration.ZERO
        : Duration.ofNanos(earlier.refusedUntil - now);
  }

  /** When one call has killed, and what follows. */
  private static final class Deaths {
    private final Deque<Long> times = new ArrayDeque<>(3);
    private long refusedUntil;
  }
}
