package dev.remuda.queue;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Takes snapshots, one a second at the most however many ask. Safe for every thread. */
final class Snapshots {
  private static final Duration FRESH = Duration.ofSeconds(1);
  private static final Duration SHOWN = Duration.ofHours(1);
  private static final Duration SEEN = Duration.ofMinutes(10);

  private final QueueConfig config;
  private final MessageStore store;
  private final Keeper keeper;
  private final Kicks kicks;
  private final Map<String, ConsumerLoop> loops;
  private @Nullable QueueSnapshot last;
  private long takenAt;

  Snapshots(
      QueueConfig config,
      MessageStore store,
      Keeper keeper,
      Kicks kicks,
      Map<String, ConsumerLoop> loops) {
    this.config = config;
    this.store = store;
    this.keeper = keeper;
    this.kicks = kicks;
    this.loops = loops;
  }

  synchronized QueueSnapshot take() throws SQLException {
    QueueSnapshot known = last;
    if (known != null && System.nanoTime() - takenAt < FRESH.toNanos()) {
      return known;
    }
    QueueSnapshot taken = fresh();
    last = taken;
    takenAt = System.nanoTime();
    return taken;
  }

  private QueueSnapshot fresh() throws SQLException {
    Instant now = Instant.now();
    var states = new TreeMap<String, TypeState>();
    store.inspection().states().forEach(state -> states.put(state.type(), state));
    Map<String, List<TypeSnapshot.MinuteCount>> minutes = minutes(now);
    Set<String> names = new TreeSet<>(states.keySet());
    names.addAll(loops.keySet());
    names.addAll(minutes.keySet());
    var types = new ArrayList<TypeSnapshot>();
    for (String name : names) {
      TypeState none = new TypeState(name, 0, 0, 0, 0, 0, Duration.ZERO);
      types.add(type(states.getOrDefault(name, none), minutes.getOrDefault(name, List.of())));
    }
    List<String> consumers =
        store.housekeeping().consumers(SEEN.toMillis()).stream()
            .map(Housekeeping.ConsumerRow::name)
            .toList();
    return new QueueSnapshot(
        config.names().table(),
        config.database().dialect().name(),
        now,
        types,
        keeper.kickState(),
        kicks.received(),
        kicks.refused(),
        keeper.pollEvery(),
        keeper.rescuedMessages(),
        consumers);
  }

  private Map<String, List<TypeSnapshot.MinuteCount>> minutes(Instant now) throws SQLException {
    var minutes = new HashMap<String, List<TypeSnapshot.MinuteCount>>();
    long since = now.minus(SHOWN).getEpochSecond() / 60;
    for (Housekeeping.Count count : store.inspection().counts(since)) {
      minutes
          .computeIfAbsent(count.type(), _ -> new ArrayList<>())
          .add(
              new TypeSnapshot.MinuteCount(
                  Instant.ofEpochSecond(count.minute() * 60),
                  count.done(),
                  count.failed(),
                  count.dead()));
    }
    return minutes;
  }

  private TypeSnapshot type(TypeState state, List<TypeSnapshot.MinuteCount> minutes) {
    ConsumerLoop loop = loops.get(state.type());
    TypeCounters counters = keeper.counters(state.type());
    return new TypeSnapshot(
        state,
        loop != null,
        loop != null && loop.paused(),
        loop == null ? 0 : loop.running(),
        counters.done.sum(),
        counters.failed.sum(),
        counters.dead.sum(),
        counters.fenced.sum(),
        minutes);
  }
}
