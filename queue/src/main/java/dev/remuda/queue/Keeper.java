package dev.remuda.queue;

import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a queue does as time goes by, on one platform thread: heartbeats, polls, rescue, schedules,
 * counters, and tests whether kicks arrive.
 */
final class Keeper implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Keeper.class.getName());
  private static final Duration DEGRADED_POLL = Duration.ofSeconds(1);
  private static final Duration FIRST_TEST = Duration.ofMillis(500);
  private static final Duration TEST_PATIENCE = Duration.ofSeconds(3);
  private static final Duration PRUNE = Duration.ofHours(1);

  /** However seldom it polls, a consumer is to be known to those who kick. */
  private static final Duration LONGEST_SILENCE = Duration.ofMinutes(5);

  private static final Duration KEEP_CONSUMERS = Duration.ofMinutes(10);
  private static final Duration KEEP_COUNTS = Duration.ofDays(1);

  private final QueueConfig config;
  private final MessageStore store;
  private final Housekeeping housekeeping;
  private final Presence presence;
  private final Map<String, ConsumerLoop> loops;
  private final Kicks kicks;
  private final Rescuer rescuer;
  private final Map<String, TypeCounters> counters = new ConcurrentHashMap<>();
  private final Signal signal;
  private final List<Chore> chores = new ArrayList<>();
  private final Chore poll;
  private final Chore rescue;
  private final Chore test;
  private final Thread thread;

  private volatile boolean closed;
  private volatile boolean consuming;
  private volatile KickState kickState = KickState.OFF;
  private @Nullable String unsentTest;
  private boolean testing;
  private long testUntil;

  Keeper(
      QueueConfig config,
      MessageStore store,
      Presence presence,
      Map<String, ConsumerLoop> loops,
      Kicks kicks,
      Signal signal) {
    this.config = config;
    this.store = store;
    this.housekeeping = store.housekeeping();
    this.presence = presence;
    this.loops = loops;
    this.kicks = kicks;
    this.signal = signal;
    this.rescuer =
        new Rescuer(housekeeping, presence, config.heartbeat(), config.staleAfter(), this::rescued);
    poll = add("poll", Chore.NEVER, this::poll);
    rescue = add("rescue", Chore.NEVER, this::rescue);
    test = add("test of kicks", Chore.NEVER, this::test);
    add("heartbeat", config.heartbeat(), this::beat);
    add("counters", config.heartbeat(), this::flush);
    add("pruning", Duration.ofMinutes(1), this::prune);
    for (QueueConfig.CronEntry entry : config.crons()) {
      add("schedule " + entry.name(), Duration.ZERO, new CronChore(entry, housekeeping, kicks));
    }
    thread = Thread.ofPlatform().daemon(true).name("remuda-queue-keeper").unstarted(this::run);
  }

  private Chore add(String name, Duration first, Chore.Action action) {
    Chore chore = new Chore(name, first, action);
    chores.add(chore);
    return chore;
  }

  void start() {
    thread.start();
  }

  TypeCounters counters(String type) {
    return counters.computeIfAbsent(type, _ -> new TypeCounters());
  }

  KickState kickState() {
    return kickState;
  }

  long rescuedMessages() {
    return rescuer.rescued();
  }

  /** The effective time between polls. */
  Duration pollEvery() {
    boolean often = kickState == KickState.DEGRADED && config.poll().compareTo(DEGRADED_POLL) > 0;
    return often ? DEGRADED_POLL : config.poll();
  }

  /** There is something to consume: polls begin, and what kicks can do is tested. */
  void consume() {
    consuming = true;
    signal.give();
  }

  private void run() {
    boolean began = false;
    while (!closed) {
      if (consuming && !began) {
        began = true;
        beginTest();
        poll.in(Duration.ZERO);
      }
      sendKicks();
      chores.forEach(Chore::runIfDue);
      signal.await(untilWork());
    }
  }

  private void beginTest() {
    unsentTest = kicks.beginTest();
    testing = true;
    testUntil = System.nanoTime() + TEST_PATIENCE.toNanos();
    test.in(FIRST_TEST);
  }

  private Duration poll() throws SQLException {
    Duration every = pollEvery();
    if (!testing && kickState != KickState.OFF) {
      beginTest();
    }
    presence.beat(housekeeping, unsentTest);
    unsentTest = null;
    List<String> types = List.copyOf(loops.keySet());
    Housekeeping.Peek peek = housekeeping.peek(types, presence.owner());
    peek.dueIn()
        .forEach((type, millis) -> {
          ConsumerLoop loop = loops.get(type);
          if (loop != null) {
            loop.due(millis);
          }
        });
    if (peek.othersBusy() && rescue.untilDue() > every.toNanos()) {
      rescue.in(Duration.ZERO);
    }
    return every;
  }

  /** Looks at what came of the last test; one that was not heard is given some time. */
  private Duration test() {
    KickState found = kicks.endTest();
    if (found == KickState.DEGRADED && System.nanoTime() - testUntil < 0) {
      unsentTest = kicks.repeatTest();
      poll.in(Duration.ZERO);
      return FIRST_TEST;
    }
    testing = false;
    if (found == KickState.DEGRADED) {
      kicks.suspectChannel();
    }
    if (found != kickState) {
      LOG.log(
          found == KickState.DEGRADED ? Level.WARNING : Level.INFO,
          "kicks of {0} are {1}: polling every {2}",
          config.names().table(),
          found,
          found == KickState.DEGRADED ? DEGRADED_POLL : config.poll());
      kickState = found;
      poll.in(pollEvery());
    }
    return Chore.NEVER;
  }

  private Duration rescue() throws SQLException {
    return rescuer.look();
  }

  private void rescued() {
    loops.values().forEach(ConsumerLoop::poll);
    loops.keySet().forEach(kicks::fire);
  }

  private Duration beat() throws SQLException {
    boolean busy = loops.values().stream().anyMatch(ConsumerLoop::busy);
    Duration silence = busy ? config.heartbeat().multipliedBy(9).dividedBy(10) : LONGEST_SILENCE;
    if (presence.sinceBeat() >= silence.toNanos()) {
      presence.beat(housekeeping, null);
    }
    return config.heartbeat();
  }

  private Duration flush() throws SQLException {
    long minute = System.currentTimeMillis() / 60_000;
    var counts = new ArrayList<Housekeeping.Count>();
    counters.forEach((type, one) -> {
      Housekeeping.Count count = one.unflushed(type, minute);
      if (count != null) {
        counts.add(count);
      }
    });
    if (!counts.isEmpty()) {
      housekeeping.add(presence.owner(), counts);
      counts.forEach(count -> counters(count.type()).flushed(count));
    }
    return config.heartbeat();
  }

  private Duration prune() throws SQLException {
    housekeeping.prune(KEEP_CONSUMERS.toMillis(), KEEP_COUNTS.toMillis());
    return PRUNE;
  }

  /** Learns who consumes, and sends the kicks that waited for it. */
  private void sendKicks() {
    try {
      if (kicks.untilRefresh() == 0) {
        List<String> missed = kicks.takeUnsent();
        kicks.know(housekeeping.consumers(KEEP_CONSUMERS.toMillis()), presence.owner(), missed);
      }
      for (KickMessage kick : kicks.takeNotifications()) {
        housekeeping.tell(kick.text());
      }
    } catch (SQLException | RuntimeException e) {
      LOG.log(Level.DEBUG, "kicks could not be sent: consumers will poll", e);
    }
  }

  private long untilWork() {
    long chore = chores.stream().mapToLong(Chore::untilDue).min().orElse(Long.MAX_VALUE);
    return Math.min(chore, kicks.untilRefresh());
  }

  @Override
  public void close() {
    closed = true;
    signal.give();
    try {
      thread.join();
      sendKicks();
      flush();
      presence.leave(housekeeping);
    } catch (SQLException | RuntimeException e) {
      LOG.log(Level.DEBUG, "the consumer's row stays until it is pruned", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    store.close();
  }
}
