package dev.remuda.client;

import dev.remuda.protocol.Capability;
import dev.remuda.protocol.ClientHello;
import dev.remuda.protocol.Limits;
import dev.remuda.protocol.MessageWriter;
import dev.remuda.protocol.Meta;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The state of one client's pool: who waits, which workers are connected, which are free. All of it
 * belongs to one loop, so there are no locks; only the loop calls in here.
 */
final class PoolCore {
  private static final Set<Capability> CAPABILITIES =
      EnumSet.of(
          Capability.EX,
          Capability.AB,
          Capability.RD,
          Capability.DL,
          Capability.RT,
          Capability.PIPE,
          Capability.PR,
          Capability.TP,
          Capability.LG);

  private final ClientConfig config;
  private final Terms terms;
  private final Loop loop;
  private final Meta hello;
  private final Outcomes outcomes;
  private final Coroner coroner;
  private final Connector connector;
  private final Deadlines deadlines;
  private final PoisonRegister poison;
  private final MessageWriter writer = new MessageWriter(Limits.DEFAULTS);
  private final TreeSet<Claim> waiting = new TreeSet<>(Claim.BY_TICKET);
  private final Deque<WorkerConnection> idle = new ArrayDeque<>();
  private final Set<Claim> claims = new LinkedHashSet<>();

  /** Checkouts are taken on any thread. */
  private final AtomicLong tickets = new AtomicLong();

  private boolean closed;
  private boolean idleTimerRuns;
  private boolean handsOut;

  PoolCore(ClientConfig config, Loop loop, RandomGenerator random) {
    this.config = config;
    this.terms = config.terms();
    this.loop = loop;
    this.hello = Meta.of(new ClientHello(CAPABILITIES, config.name()));
    this.outcomes = new Outcomes(loop, config);
    this.coroner = new Coroner(loop, outcomes, config.supervisor(), config.autopsyTimeout());
    this.connector = new Connector(this, config, random);
    this.deadlines = new Deadlines(loop);
    this.poison = new PoisonRegister(config.poison());
  }

  Loop loop() {
    return loop;
  }

  Outcomes outcomes() {
    return outcomes;
  }

  Coroner coroner() {
    return coroner;
  }

  Deadlines deadlines() {
    return deadlines;
  }

  PoisonRegister poison() {
    return poison;
  }

  MessageWriter writer() {
    return writer;
  }

  Meta hello() {
    return hello;
  }

  boolean isClosed() {
    return closed;
  }

  /** What checkouts are subject to that ask for nothing else. */
  Terms terms() {
    return terms;
  }

  int maxCheckouts() {
    return config.maxCheckouts();
  }

  long nextTicket() {
    return tickets.getAndIncrement();
  }

  PoolStats stats() {
    int total = connector.connections();
    int active = total - connector.connecting() - idle.size();
    return new PoolStats(total, active, idle.size(), waiting.size());
  }

  List<RunningCall> running() {
    var running = new ArrayList<RunningCall>();
    long now = loop.nanoTime();
    for (Claim claim : claims) {
      RunningCall call = claim.runningCall(now);
      if (call != null) {
        running.add(call);
      }
    }
    return running;
  }

  PoolCounters counters() {
    return outcomes.counters();
  }

  /** Why the last attempt to connect failed; null before any did and once one succeeds. */
  @Nullable String connectFailure() {
    return connector.lastFailure();
  }

  /** Why no server can be reached; null while a worker is connected, or nobody has tried. */
  @Nullable String unreachable() {
    return connector.connections() == connector.connecting() ? connector.trouble() : null;
  }

  /** What stands in the way of more workers, for the message of who waited in vain. */
  void trouble(Consumer<@Nullable String> then) {
    String unreachable = connector.trouble();
    if (unreachable == null) {
      coroner.trouble(then);
    } else {
      then.accept(unreachable);
    }
  }

  void start() {
    connectMore();
  }

  /**
   * A new checkout: served at once, or in its turn, or refused.
   *
   * @param blocking whether its caller's thread waits for its one call
   */
  void enter(Claim claim, boolean blocking) {
    if (closed) {
      claim.closed();
      return;
    }
    if (claim.isOver()) {
      return; // its one call was refused
    }
    claims.add(claim);
    WorkerConnection free = waiting.isEmpty() ? takeIdle() : null;
    if (free != null) {
      grant(free, claim);
    } else if (waiting.size() < config.maxQueue() || waitsAllTheSame(blocking)) {
      await(claim);
    } else if (config.queuePolicy() == QueuePolicy.DROP_OLDEST && !waiting.isEmpty()) {
      replaceOldest(claim, waiting.removeFirst());
    } else {
      connector.connect(idle.isEmpty()); // for those to come
      claim.refuse(full("this checkout was refused"));
    }
  }

  private boolean waitsAllTheSame(boolean blocking) {
    return blocking && config.queuePolicy() == QueuePolicy.CALLER_WAITS;
  }

  private void await(Claim claim) {
    waiting.add(claim);
    connectMore();
  }

  /** The one that gives way is told last: its user may do anything then. */
  private void replaceOldest(Claim claim, Claim oldest) {
    await(claim);
    Function<CallSite, TaskException> why =
        full("this checkout, the oldest, had to give way to a new one");
    loop.execute(() -> oldest.refuse(why)); // not in here: who comes again at once would be next
  }

  private Function<CallSite, TaskException> full(String what) {
    PoolStats counts = stats();
    return at -> new QueueFullException(what, config.maxQueue(), counts, at);
  }

  /** A checkout whose worker vanished before it had done anything: its turn is not lost. */
  void enterAgain(Claim claim) {
    if (closed) {
      claim.closed();
      return;
    }
    waiting.add(claim);
    handOut();
    connectMore();
  }

  /** The one released last at the server that is least busy, unless it is known to be ending. */
  private @Nullable WorkerConnection takeIdle() {
    idle.removeIf(connection -> !connection.isOpen());
    if (connector.endpoints().size() == 1) {
      return idle.poll();
    }
    WorkerConnection best = null;
    for (WorkerConnection connection : idle) {
      if (best == null || active(connection.endpoint()) < active(best.endpoint())) {
        best = connection;
      }
    }
    if (best != null) {
      idle.remove(best);
    }
    return best;
  }

  private static int active(Endpoint endpoint) {
    int count = 0;
    for (WorkerConnection connection : endpoint.connections) {
      count += connection.isActive() ? 1 : 0;
    }
    return count;
  }

  void leaveQueue(Claim claim) {
    waiting.remove(claim);
  }

  /** A checkout is over. */
  void forget(Claim claim) {
    claims.remove(claim);
  }

  private void grant(WorkerConnection connection, Claim claim) {
    outcomes.checkouts++;
    boolean last = connection.checkOut(claim);
    claim.granted(connection);
    if (outcomes.isHeard()) {
      outcomes.tell(new PoolEvent.CheckedOut(connection.describe(), claim.queued()));
    }
    if (last) {
      retires(connection, false, "it has served " + connection.checkouts() + " checkouts");
    }
    claim.begin();
  }

  /** A worker is free: the first who waits has it. */
  void available(WorkerConnection connection) {
    if (closed || connection.isRetiring()) {
      letGo(connection);
    } else if (!connection.isOpen()) {
      return; // its end is about to be told
    } else {
      idle.push(connection);
      handOut();
    }
    connectMore();
  }

  /** A loop, since one who is granted a worker may give it back at once, and so may 20,000. */
  private void handOut() {
    if (handsOut) {
      return;
    }
    handsOut = true;
    try {
      WorkerConnection free = waiting.isEmpty() ? null : takeIdle();
      while (free != null) {
        grant(free, waiting.removeFirst());
        free = waiting.isEmpty() ? null : takeIdle();
      }
    } finally {
      handsOut = false;
    }
    watchIdle();
  }

  private void letGo(WorkerConnection connection) {
    connector.remove(connection);
    connection.close();
  }

  /** A worker wants to be replaced: at once if it is free, else when it is released. */
  void retires(WorkerConnection connection, boolean free, String reason) {
    connector.retires();
    if (free) {
      idle.remove(connection);
      letGo(connection);
    }
    if (outcomes.isHeard()) {
      outcomes.tell(new PoolEvent.Retiring(connection.describe(), reason));
    }
    connectMore();
  }

  /** A connection is made, and accepted where the peer can say so. */
  void accepted(WorkerConnection connection, Duration took) {
    outcomes.connects++;
    connection.endpoint().lastFailure = null;
    connection.endpoint().reached();
    if (outcomes.isHeard()) {
      outcomes.tell(
          new PoolEvent.Connected(connection.endpoint().address, connection.describe(), took));
    }
  }

  /** A worker has said something for the first time: the server is there. */
  void heard(Endpoint endpoint) {
    endpoint.heard();
    connectMore();
  }

  void refused(WorkerConnection connection, String reason) {
    outcomes.connectFailures++;
    connection.endpoint().unreachable();
    connector.refused(connection, reason);
    tellFailed(connection.endpoint(), reason);
    connectMore();
  }

  /** A connection was made, and turned away. */
  void rejected(WorkerConnection connection, String reason) {
    if (connector.remove(connection)) {
      idle.remove(connection);
      refused(connection, reason);
    }
  }

  /**
   * A server does not even answer an abort. Where it is one of several, and its host may be cut
   * off, whoever got an idle connection to it would lose the same time: they are closed, and the
   * next one is made before it is used.
   */
  void silent(Endpoint endpoint) {
    if (connector.endpoints().size() < 2 || endpoint.resetProvesUnread()) {
      return;
    }
    for (WorkerConnection connection : new ArrayList<>(idle)) {
      if (connection.endpoint().equals(endpoint)) {
        idle.remove(connection);
        letGo(connection);
      }
    }
  }

  private void tellFailed(Endpoint endpoint, String reason) {
    if (outcomes.isHeard()) {
      outcomes.tell(new PoolEvent.ConnectFailed(endpoint.address, reason));
    }
  }

  void connectMore() {
    connector.connect(!waiting.isEmpty() && idle.isEmpty());
  }

  /**
   * A connection has ended, and not by our wish.
   *
   * @param unaccepted when no worker was ever heard on it
   * @param busy whether a checkout had it
   */
  void ended(WorkerConnection connection, boolean unaccepted, boolean busy) {
    if (!connector.remove(connection)) {
      return; // we let it go
    }
    idle.remove(connection);
    if (unaccepted) {
      outcomes.connectFailures++;
      connector.closedUnaccepted(connection);
      tellFailed(connection.endpoint(), String.valueOf(connection.endpoint().lastFailure));
    } else if (connection.diedYoung()) {
      outcomes.deaths++;
      connector.diedYoung(connection.endpoint());
      if (outcomes.isHeard()) {
        outcomes.tell(new PoolEvent.WorkerLost(connection.describe(), busy));
      }
    } else {
      outcomes.deaths++;
      if (outcomes.isHeard()) {
        outcomes.tell(new PoolEvent.WorkerLost(connection.describe(), busy));
      }
    }
    connectMore();
  }

  /** A connection has ended because the client wanted no more of it: nobody's fault. */
  void dropped(WorkerConnection connection) {
    connector.remove(connection);
    idle.remove(connection);
    connectMore();
  }

  private void watchIdle() {
    if (!idleTimerRuns && !idle.isEmpty() && connector.connections() > config.minWorkers()) {
      idleTimerRuns = true;
      loop.schedule(this::dropIdle, config.idleTimeout().toNanos());
    }
  }

  private void dropIdle() {
    idleTimerRuns = false;
    long now = loop.nanoTime();
    while (connector.connections() > config.minWorkers() && !idle.isEmpty()) {
      WorkerConnection coldest = idle.getLast();
      long left = coldest.idleSince() + config.idleTimeout().toNanos() - now;
      if (left > 0) {
        idleTimerRuns = true;
        loop.schedule(this::dropIdle, left);
        return;
      }
      idle.removeLast();
      letGo(coldest);
    }
  }

  void close() {
    closed = true;
    waiting.clear();
    new ArrayList<>(claims).forEach(Claim::closed);
    connector.all().forEach(WorkerConnection::close);
  }

  /** What must be empty once nothing is under way, for tests that look for leaks. */
  String leftovers() {
    return "claims="
        + claims.size()
        + " waiting="
        + waiting.size()
        + " deadlines="
        + deadlines.size();
  }
}
