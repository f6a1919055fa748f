package dev.remuda.client;

import dev.remuda.protocol.Address;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A loop without a thread, a socket or a clock: whoever holds it takes one step after the other,
 * and chance says which of all that may happen next does. As on a real loop, tasks run in the order
 * in which they were given, timers never before their time, and what comes on one line in order;
 * all else in any order. Time passes while nothing else can happen, and now and then before.
 */
final class SimulatedLoop implements Loop {
  private static final long LITTLE_NANOS = 50_000;
  private static final int TASK_WEIGHT = 4;

  /** Something beside the loop that acts by itself: a worker, a user, the other end of a line. */
  interface Actor {
    boolean canAct();

    void act();
  }

  final Chance chance;
  final @Nullable List<String> trace;
  private boolean patient;
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private final Deque<Runnable> callbacks = new ArrayDeque<>();
  private final PriorityQueue<Due> timers = new PriorityQueue<>(Due.ORDER);
  private final PriorityQueue<Due> world = new PriorityQueue<>(Due.ORDER);
  private final List<Actor> actors = new ArrayList<>();
  private final List<SimulatedLine> lines = new ArrayList<>();
  private final Map<Address, SimulatedLine.Host> servers = new HashMap<>();
  private long now = 1;
  private long number;
  private long handedOverNanos;
  private int depth;
  private @Nullable AssertionError fault;
  private boolean ending;
  private boolean ended;
  int steps;
  int connects;

  /** A loop of which every step is left to {@code chance}. */
  SimulatedLoop(Chance chance, boolean traced) {
    this(chance, traced, false);
  }

  private SimulatedLoop(Chance chance, boolean traced, boolean patient) {
    this.chance = chance;
    this.trace = traced ? new ArrayList<>() : null;
    this.patient = patient;
  }

  /** A loop on which time passes only when it is told to, or nothing else can happen. */
  static SimulatedLoop patient() {
    return new SimulatedLoop(new Chance(1), false, true);
  }

  /** From now on time passes only while nothing else can happen. */
  void beCalm() {
    patient = true;
  }

  void note(Supplier<String> what) {
    if (trace != null) {
      trace.add("%,15d %s".formatted(now, what.get()));
    }
  }

  /** The time, without letting any pass. */
  long time() {
    return now;
  }

  /** When what runs as a callback now was handed over by the loop. */
  long handedOverNanos() {
    return handedOverNanos;
  }

  void add(Actor actor) {
    actors.add(actor);
  }

  void remove(Actor actor) {
    actors.remove(actor);
  }

  void listen(Address address, SimulatedLine.Host server) {
    servers.put(address, server);
  }

  /** Something that happens outside of the loop, not before so much time has passed. */
  void later(long nanos, String what, Runnable event) {
    world.add(new Due(now + nanos, number++, what, event));
  }

  /** Asks the client something that only its loop may. */
  <R> R inside(Supplier<R> question) {
    depth++;
    try {
      return question.get();
    } finally {
      depth--;
    }
  }

  private void run(Runnable task) {
    depth++;
    try {
      task.run();
    } finally {
      depth--;
    }
  }

  /** An executor of the user's own, beside the loop: first come, first served. */
  Executor callbackExecutor() {
    return code -> {
      long given = now;
      callbacks.add(() -> {
        handedOverNanos = given;
        code.run();
      });
    };
  }

  /** What must not be, wherever it was found: client and futures may catch what is thrown. */
  AssertionError fault(AssertionError found) {
    if (fault == null) {
      fault = found;
    }
    return found;
  }

  /** Runs users' code that must not throw. */
  void guarded(Runnable code) {
    try {
      code.run();
    } catch (RuntimeException e) {
      throw fault(new AssertionError("the client threw at its user: " + e, e));
    }
  }

  // What may happen next

  /** Takes one step; false when nothing can ever happen any more. */
  boolean step() {
    boolean stepped = takeStep();
    if (fault != null) {
      throw fault;
    }
    return stepped;
  }

  private boolean takeStep() {
    steps++;
    dropCancelled();
    List<Actor> able = new ArrayList<>();
    for (Actor actor : actors) {
      if (actor.canAct()) {
        able.add(actor);
      }
    }
    boolean timer = isDue(timers);
    boolean event = isDue(world);
    int taskWeight = tasks.isEmpty() ? 0 : TASK_WEIGHT;
    int callbackWeight = callbacks.isEmpty() ? 0 : 1;
    int timerWeight = timer ? 2 : 0;
    int eventWeight = event ? 1 : 0;
    int endWeight = ending && !ended ? 1 : 0;
    int all = taskWeight + callbackWeight + timerWeight + eventWeight + endWeight + able.size();
    if (all == 0) {
      return passTime(Long.MAX_VALUE);
    }
    if (!patient && chance.below(16) == 0 && passTimeEarly()) {
      return true;
    }
    int choice = chance.below(all);
    if ((choice -= taskWeight) < 0) {
      note(() -> "task");
      run(tasks.remove());
    } else if ((choice -= callbackWeight) < 0) {
      note(() -> "callback");
      callbacks.remove().run();
    } else if ((choice -= timerWeight) < 0) {
      note(() -> "timer");
      run(timers.remove().task);
    } else if ((choice -= eventWeight) < 0) {
      Due due = world.remove();
      note(() -> due.what);
      due.task.run();
    } else if ((choice -= endWeight) < 0) {
      end();
    } else {
      able.get(choice).act();
    }
    return true;
  }

  /** Runs until nothing can happen any more, or so much time has passed. */
  void runFor(long nanos) {
    long until = now + nanos;
    while (true) {
      dropCancelled();
      if (!isBusy() && nextNanos() > until) {
        now = Math.max(now, until);
        return;
      }
      step();
    }
  }

  /** Runs all that can happen without that time passes. */
  void settle() {
    runFor(0);
  }

  /** Whether something can happen before time passes. */
  boolean isBusy() {
    return !tasks.isEmpty()
        || !callbacks.isEmpty()
        || isDue(timers)
        || isDue(world)
        || (ending && !ended)
        || actors.stream().anyMatch(Actor::canAct);
  }

  private void dropCancelled() {
    while (!timers.isEmpty() && timers.peek().cancelled) {
      timers.remove();
    }
  }

  private boolean isDue(PriorityQueue<Due> queue) {
    Due first = queue.peek();
    return first != null && first.nanos <= now;
  }

  private long nextNanos() {
    long timer = timers.isEmpty() ? Long.MAX_VALUE : timers.peek().nanos;
    long event = world.isEmpty() ? Long.MAX_VALUE : world.peek().nanos;
    return Math.min(timer, event);
  }

  private boolean passTime(long atMost) {
    long next = Math.min(nextNanos(), atMost);
    if (next == Long.MAX_VALUE) {
      return false;
    }
    now = Math.max(now, next);
    return true;
  }

  /** No timer is overtaken that a loop could have run; bytes and people may take their time. */
  private boolean passTimeEarly() {
    if (isDue(timers)) {
      return false;
    }
    long most = LITTLE_NANOS;
    if (tasks.isEmpty() && callbacks.isEmpty() && chance.percent(40)) {
      most = nextNanos() == Long.MAX_VALUE ? LITTLE_NANOS : Math.max(1, nextNanos() - now);
      most = chance.percent(50) ? most : 1 + chance.below(most);
    }
    now = Math.min(now + most, timers.isEmpty() ? Long.MAX_VALUE : timers.peek().nanos);
    return true;
  }

  // As the client sees it

  /** Later than at the last look, as on every clock that is fine enough. */
  @Override
  public long nanoTime() {
    return now++;
  }

  @Override
  public boolean isCurrent() {
    return depth > 0;
  }

  @Override
  public void execute(Runnable task) {
    if (ended) {
      throw new RejectedExecutionException("the loop has ended");
    }
    tasks.add(task);
  }

  @Override
  public Timer schedule(Runnable task, long nanos) {
    if (ended) {
      throw new RejectedExecutionException("the loop has ended");
    }
    var due = new Due(now + Math.max(0, nanos), number++, "timer", task);
    timers.add(due);
    return () -> due.cancelled = true;
  }

  @Override
  public void runCallback(Runnable callback) {
    handedOverNanos = now;
    callback.run();
  }

  @Override
  public void connect(Address address, Line.Owner owner) {
    connects++;
    SimulatedLine.Host server = servers.get(address);
    if (server == null) {
      execute(() -> owner.refused("no such address"));
      return;
    }
    var line = new SimulatedLine(this, owner, address instanceof Address.Unix);
    lines.add(line);
    line.connect(server);
  }

  @Override
  public void shutdown() {
    ending = true;
  }

  @Override
  public boolean isShutdown() {
    return ended;
  }

  @Override
  public void awaitEnd(long seconds) {
    // Nobody's thread is simulated, so nobody's is blocked.
  }

  /** Runs what was given, ends what is open. */
  private void end() {
    note(() -> "end of the loop");
    timers.clear();
    lines.forEach(SimulatedLine::abandon);
    while (!tasks.isEmpty()) {
      run(tasks.remove());
    }
    timers.clear();
    ended = true;
  }

  void runOnLoop(Runnable task) {
    run(task);
  }

  /** A task of the loop's own, which it takes until its very end. */
  void soon(Runnable task) {
    tasks.add(task);
  }

  boolean hasEnded() {
    return ended;
  }

  int pendingTimers() {
    dropCancelled();
    return (int) timers.stream().filter(timer -> !timer.cancelled).count();
  }

  /** Connections that the client has not closed, nor seen closed. */
  long openLines() {
    return lines.stream().filter(SimulatedLine::isOpen).count();
  }

  /** Something that is due later. */
  private static final class Due {
    static final Comparator<Due> ORDER =
        Comparator.<Due>comparingLong(due -> due.nanos).thenComparingLong(due -> due.order);

    final long nanos;
    final long order;
    final String what;
    final Runnable task;
    boolean cancelled;

    Due(long nanos, long order, String what, Runnable task) {
      this.nanos = nanos;
      this.order = order;
      this.what = what;
      this.task = task;
    }
  }
}
