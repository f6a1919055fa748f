package dev.remuda.queue;

import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Consumes one type: a platform thread does all that touches the database (whose drivers block, and
 * SQLite's would pin a virtual thread's carrier), virtual threads run the handlers. In one
 * transaction it settles what was handled and claims what is next.
 */
final class ConsumerLoop implements Consumption {
  private static final System.Logger LOG = System.getLogger(ConsumerLoop.class.getName());
  private static final long LINGER_NANOS = 50_000_000;
  private static final long AFTER_INTERRUPT_NANOS = 1_000_000_000;
  private static final long FIRST_RETRY_NANOS = 50_000_000;
  private static final long LONGEST_RETRY_NANOS = 2_000_000_000;
  private static final String GIVEN_UP = "its consumer was closed while the handler ran on";

  private final String type;
  private final ConsumeOptions options;
  private final QueueConfig config;
  private final MessageStore store;
  private final Presence presence;
  private final TypeCounters counters;
  private final Handling handling;
  private final Runnable onClosed;

  private final Signal signal = new Signal();
  private final Lookout lookout;
  private final Appetite appetite;
  private final Map<Long, Held> held = new ConcurrentHashMap<>();
  private final Slots slots;
  private final Thread thread;

  private volatile boolean paused;
  private volatile boolean closing;
  private volatile boolean hurried;
  private boolean uncertain;
  private long retryNanos;

  ConsumerLoop(
      String type,
      ConsumeOptions options,
      MessageHandler handler,
      QueueConfig config,
      ConsumerParts parts) {
    this.type = type;
    this.options = options;
    this.config = config;
    this.store = parts.store();
    this.presence = parts.presence();
    this.counters = parts.counters();
    this.onClosed = parts.onClosed();
    this.handling = new Handling(handler, options, config.maxData());
    this.lookout = new Lookout(type, config.maxData());
    this.appetite = new Appetite(options);
    this.slots = new Slots(type, options.parallel(), handling, appetite, signal);
    this.thread =
        Thread.ofPlatform().daemon(true).name("remuda-queue-" + type).unstarted(this::run);
  }

  /** What a loop shares with the rest of its queue. */
  record ConsumerParts(
      MessageStore store, Presence presence, TypeCounters counters, Runnable onClosed) {}

  void start() {
    slots.start();
    thread.start();
  }

  @Override
  public String type() {
    return type;
  }

  @Override
  public void pause() {
    paused = true;
  }

  @Override
  public void resume() {
    paused = false;
    poll();
  }

  boolean paused() {
    return paused;
  }

  /** Whether this process has messages of the type. */
  boolean busy() {
    return !held.isEmpty();
  }

  int running() {
    return slots.running();
  }

  @Override
  public void poll() {
    lookout.poll();
    signal.give();
  }

  void kick() {
    lookout.kick();
    signal.give();
  }

  void due(long millis) {
    lookout.due(millis);
    signal.give();
  }

  /** An owner was taken for dead: what it had is others' now. */
  void lost(long owner) {
    slots.forget(owner);
    held.values()
        .forEach(one -> {
          if (one.claim().owner() == owner) {
            one.claim().lose();
          }
        });
    poll();
  }

  private void run() {
    while (!closing) {
      try {
        step();
        retryNanos = 0;
      } catch (SQLException | RuntimeException | Error e) {
        failed(e);
      }
    }
    try {
      finish();
    } finally {
      store.close();
      onClosed.run();
    }
  }

  private void step() throws SQLException {
    int room = room();
    boolean claims = !paused && room > 0 && lookout.hungry();
    if (claims || settles()) {
      exchange(slots.finished(options.batch()), claims ? room : 0);
    } else if (lookout.asksForDue() && !paused) {
      store.nextDue(type).ifPresent(lookout::dueAfterLook);
      lookout.dueKnown();
    } else {
      long linger = held.isEmpty() ? Long.MAX_VALUE : LINGER_NANOS;
      boolean mayClaim = !paused && room > 0;
      signal.await(Math.min(linger, mayClaim ? lookout.untilDue() : Long.MAX_VALUE));
    }
  }

  /** How many to claim: none while enough is there for every handler. */
  private int room() {
    int active = held.size() - slots.finishedCount();
    int size = appetite.size();
    boolean idle = active < options.parallel();
    return idle || active <= size / 2 ? Math.min(options.batch(), size - active) : 0;
  }

  private boolean settles() {
    int finished = slots.finishedCount();
    return finished > 0
        && (finished >= options.batch()
            || finished == held.size()
            || slots.urgent()
            || slots.oldestFinished() >= LINGER_NANOS);
  }

  private void exchange(List<Outcome> outcomes, int limit) throws SQLException {
    boolean settled = false;
    try {
      if (limit > 0 && presence.sinceBeat() > config.heartbeat().toNanos()) {
        presence.beat(store.housekeeping(), null);
      }
      boolean heardAll = !uncertain;
      if (uncertain) {
        releaseUnknown();
      }
      turn(outcomes, limit, heardAll);
      settled = true;
    } finally {
      if (!settled) {
        slots.putBack(outcomes);
        lookout.forget();
        uncertain = true;
      }
    }
  }

  /** A claim whose commit was not heard of may have come about all the same. */
  private void releaseUnknown() throws SQLException {
    List<Long> known = List.copyOf(held.keySet());
    int released = store.releaseUnknown(presence.owner(), type, known);
    uncertain = false;
    if (released > 0) {
      LOG.log(Level.INFO, "{0}: {1} messages claimed unheard are given back", type, released);
    }
  }

  private void turn(List<Outcome> outcomes, int limit, boolean heardAll) throws SQLException {
    long owner = presence.owner();
    List<Outcome> own = outcomes.stream().filter(o -> o.held().claim().owner() == owner).toList();
    long before = System.nanoTime();
    Turn turn =
        store.turn(owner, Outcome.settlement(own), limit > 0 ? lookout.requests(limit) : List.of());
    settled(outcomes);
    // After a commit that was not heard of, what is gone may have gone by that.
    if (heardAll && turn.settled() < outcomes.size()) {
      fenced(outcomes.size() - turn.settled());
    }
    if (limit > 0) {
      lookout.seen(turn.claimed(), limit, System.nanoTime() - before);
      hand(owner, turn.claimed());
    }
  }

  private void settled(List<Outcome> outcomes) {
    for (Outcome outcome : outcomes) {
      held.remove(outcome.held().id(), outcome.held());
      if (outcome.held().row().orderKey() != null) {
        // The next of its key was passed over until now.
        lookout.poll();
      }
      switch (outcome) {
        case Outcome.Done _ -> counters.done.increment();
        case Outcome.Failed failed -> {
          counters.failed.increment();
          lookout.due(Math.max(1, failed.delay()));
        }
        case Outcome.Dead dead -> dead(dead);
        case Outcome.Returned _ -> {}
      }
    }
  }

  private void fenced(int lost) {
    counters.fenced.add(lost);
    LOG.log(
        Level.WARNING,
        "{0}: {1} messages were given to others meanwhile: what became of them here does not count",
        type,
        lost);
  }

  private void dead(Outcome.Dead dead) {
    counters.dead.increment();
    LOG.log(
        Level.WARNING,
        "{0}: message {1} is dead: {2}",
        type,
        Long.toString(dead.held().id()),
        dead.error());
  }

  private void hand(long owner, List<ClaimedRow> rows) {
    var ready = new ArrayList<Held>(rows.size());
    for (ClaimedRow row : rows) {
      Held one = new Held(type, row, new Claim(owner, presence::doubtful));
      held.put(row.id(), one);
      handling.refusal(one).ifPresentOrElse(slots::add, () -> ready.add(one));
    }
    slots.hand(ready);
  }

  private void failed(Throwable e) {
    if (retryNanos == 0) {
      LOG.log(Level.WARNING, type + ": the queue's database failed, trying on: " + e, e);
    }
    long most = Math.clamp(retryNanos * 3, FIRST_RETRY_NANOS + 1, LONGEST_RETRY_NANOS);
    retryNanos = ThreadLocalRandom.current().nextLong(FIRST_RETRY_NANOS, most);
    long end = System.nanoTime() + retryNanos;
    while (!closing && end - System.nanoTime() > 0) {
      signal.await(end - System.nanoTime());
    }
  }

  private void finish() {
    slots.close();
    long deadline = System.nanoTime() + config.closePatience().toNanos();
    while (settleRest() && !hurried && deadline - System.nanoTime() > 0) {
      signal.await(LINGER_NANOS);
    }
    if (!held.isEmpty()) {
      slots.interrupt();
      deadline = System.nanoTime() + AFTER_INTERRUPT_NANOS;
      while (settleRest() && deadline - System.nanoTime() > 0) {
        signal.await(LINGER_NANOS);
      }
    }
    abandon();
  }

  /** Settles what is finished; whether anything is left. */
  private boolean settleRest() {
    try {
      List<Outcome> outcomes = slots.finished(Integer.MAX_VALUE);
      if (!outcomes.isEmpty() || uncertain) {
        exchange(outcomes, 0);
      }
    } catch (SQLException | RuntimeException e) {
      LOG.log(Level.WARNING, type + ": cannot settle while closing, trying on: " + e, e);
    }
    return !held.isEmpty() || uncertain;
  }

  /** What does not end is not waited for: another consumer will have it again. */
  private void abandon() {
    if (held.isEmpty() && !uncertain) {
      return;
    }
    held.values().forEach(one -> one.claim().lose());
    LOG.log(Level.WARNING, "{0}: {1} messages are given up at close", type, held.size());
    List<Settlement.Failed> begun =
        held.keySet().stream().map(id -> new Settlement.Failed(id, 0, GIVEN_UP)).toList();
    try {
      store.releaseUnknown(presence.owner(), type, List.copyOf(held.keySet()));
      store.turn(
          presence.owner(), new Settlement(List.of(), begun, List.of(), List.of()), List.of());
    } catch (SQLException | RuntimeException e) {
      LOG.log(Level.WARNING, type + ": given-up messages stay until they are rescued: " + e, e);
    }
  }

  @Override
  public void close() {
    closing = true;
    signal.give();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
        hurried = true;
        signal.give();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
