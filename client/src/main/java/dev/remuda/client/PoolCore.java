package dev.remuda.client;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.Capability;
import dev.remuda.protocol.ClientHello;
import dev.remuda.protocol.Limits;
import dev.remuda.protocol.MessageWriter;
import dev.remuda.protocol.Meta;
import dev.remuda.protocol.WorkerExit;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The state of one client's pool: who waits, which workers are connected, which are free. All of it
 * belongs to one event loop, so there are no locks; only the loop calls in here.
 */
final class PoolCore {
  private static final System.Logger LOG = System.getLogger("dev.remuda.client");
  private static final long FIRST_RETRY_MILLIS = 200;
  private static final long LATER_RETRY_MILLIS = 1_000;
  private static final long AUTOPSY_MILLIS = 200;
  private static final int GREETINGS_BEFORE_DOUBT = 2;

  private final ClientConfig config;
  private final EventLoop loop;
  private final MessageWriter writer = new MessageWriter(Limits.DEFAULTS);
  private final Meta hello;
  private final LinkedHashSet<Claim> waiting = new LinkedHashSet<>();
  private final Set<WorkerConnection> connections = new HashSet<>();
  private final Deque<WorkerConnection> idle = new ArrayDeque<>();
  private final Set<Claim> claims = new HashSet<>();
  private final Deadlines deadlines = new Deadlines(this);
  private boolean greets;
  private boolean closed;
  private boolean idleTimerRuns;
  private boolean retryPending;
  private int failedAttempts;
  private @Nullable String lastFailure;

  PoolCore(ClientConfig config, EventLoop loop) {
    this.config = config;
    this.loop = loop;
    this.greets = config.greets();
    this.hello =
        Meta.of(
            new ClientHello(
                EnumSet.of(Capability.EX, Capability.AB, Capability.RD), config.name()));
  }

  Deadlines deadlines() {
    return deadlines;
  }

  EventLoop loop() {
    return loop;
  }

  MessageWriter writer() {
    return writer;
  }

  Meta hello() {
    return hello;
  }

  Address address() {
    return config.address();
  }

  boolean greets() {
    return greets;
  }

  boolean isClosed() {
    return closed;
  }

  long timeoutNanos() {
    return config.timeout().toNanos();
  }

  /** On a unix socket, that the connection was reset means that what was sent was never read. */
  boolean resetProvesUnread() {
    return config.address() instanceof Address.Unix;
  }

  PoolStats stats() {
    int connecting = 0;
    for (WorkerConnection connection : connections) {
      connecting += connection.isConnecting() ? 1 : 0;
    }
    int active = connections.size() - connecting - idle.size();
    return new PoolStats(connections.size(), active, idle.size(), waiting.size());
  }

  /** Why the last attempt to connect failed; null before any did and once one succeeds. */
  @Nullable String connectFailure() {
    return lastFailure;
  }

  /** What stands in the way of more workers, for the message of who waited in vain. */
  void trouble(Consumer<@Nullable String> then) {
    if (lastFailure == null) {
      ask(config.supervisor().trouble(), then);
      return;
    }
    then.accept(
        "no server at "
            + config.address()
            + ": "
            + lastFailure
            + " ("
            + failedAttempts
            + (failedAttempts == 1 ? " attempt)" : " attempts)"));
  }

  /** Asks the supervisor, but not for long. */
  private <R> void ask(CompletableFuture<Optional<R>> question, Consumer<@Nullable R> then) {
    question
        .completeOnTimeout(Optional.empty(), AUTOPSY_MILLIS, TimeUnit.MILLISECONDS)
        .whenComplete((answer, failure) ->
            loop.execute(() -> then.accept(answer == null ? null : answer.orElse(null))));
  }

  void start() {
    connectAhead();
  }

  /** A new checkout: served at once, or in its turn. */
  void enter(Claim claim) {
    if (closed) {
      claim.closed();
      return;
    }
    claims.add(claim);
    WorkerConnection free = waiting.isEmpty() ? takeIdle() : null;
    if (free != null) {
      grant(free, claim);
    } else {
      waiting.add(claim);
      connectMore();
    }
  }

  /** A checkout whose worker vanished before it had done anything: its turn is not lost. */
  void enterQueueFirst(Claim claim) {
    if (closed) {
      claim.closed();
      return;
    }
    waiting.addFirst(claim);
    WorkerConnection free = takeIdle();
    if (free != null) {
      available(free);
    }
    connectMore();
  }

  /** The one released last, unless it is known to be ending already. */
  private @Nullable WorkerConnection takeIdle() {
    WorkerConnection free = idle.poll();
    while (free != null && !free.isOpen()) {
      free = idle.poll();
    }
    return free;
  }

  void leaveQueue(Claim claim) {
    waiting.remove(claim);
  }

  /** A checkout is over. */
  void forget(Claim claim) {
    claims.remove(claim);
  }

  private void grant(WorkerConnection connection, Claim claim) {
    connection.checkOut(claim);
    claim.granted(connection);
  }

  /** A worker is free: the first who waits has it. */
  void available(WorkerConnection connection) {
    if (closed) {
      connection.close();
      return;
    }
    if (!connection.isOpen()) {
      return; // its end is about to be told
    }
    if (waiting.isEmpty()) {
      idle.push(connection);
      watchIdle();
    } else {
      grant(connection, waiting.removeFirst());
    }
    connectMore();
  }

  /** A connection is made, or accepted where the peer can say so: something listens there. */
  void reached() {
    lastFailure = null;
  }

  /** A worker has said something for the first time: the server is there. */
  void heard() {
    failedAttempts = 0;
    connectAhead();
  }

  void peerAnnounced() {
    greets = true;
  }

  private void connectAhead() {
    int wanted = failedAttempts > 0 ? Math.min(1, config.minWorkers()) : config.minWorkers();
    while (!closed && !retryPending && connections.size() < wanted) {
      connect();
    }
  }

  private void connectMore() {
    connectAhead();
    if (!closed
        && !retryPending
        && !waiting.isEmpty()
        && idle.isEmpty()
        && connections.size() < config.maxWorkers()
        && connections.stream().noneMatch(WorkerConnection::isConnecting)) {
      connect();
    }
  }

  private void connect() {
    var connection = new WorkerConnection(this);
    connections.add(connection);
    boolean unix = config.address() instanceof Address.Unix;
    new Bootstrap()
        .group(loop)
        .channel(unix ? NioDomainSocketChannel.class : NioSocketChannel.class)
        .handler(connection)
        .connect(socketAddress())
        .addListener(attempt -> {
          if (!attempt.isSuccess()) {
            connections.remove(connection);
            connectFailed(attempt.cause());
          }
        });
  }

  private SocketAddress socketAddress() {
    return switch (config.address()) {
      case Address.Unix(var path) -> UnixDomainSocketAddress.of(path);
      case Address.Tcp(String host, int port) -> new InetSocketAddress(host, port);
    };
  }

  private void connectFailed(@Nullable Throwable cause) {
    // Netty adds the address to the system's own words; ours are there already.
    Throwable plain = cause != null && cause.getCause() instanceof IOException e ? e : cause;
    lastFailure = plain == null || plain.getMessage() == null ? "no reason" : plain.getMessage();
    retryLater();
  }

  /** One attempt at a time, however many wait. */
  private void retryLater() {
    failedAttempts++;
    if (retryPending || closed) {
      return;
    }
    retryPending = true;
    long base = failedAttempts == 1 ? FIRST_RETRY_MILLIS : LATER_RETRY_MILLIS;
    long jittered = base * 9 / 10 + ThreadLocalRandom.current().nextLong(base / 5);
    loop.schedule(
        () -> {
          retryPending = false;
          connectMore();
        },
        jittered,
        TimeUnit.MILLISECONDS);
  }

  /** A connection has ended; {@code unaccepted} when no worker was ever heard on it. */
  void ended(WorkerConnection connection, boolean unaccepted) {
    if (!connections.remove(connection)) {
      return;
    }
    idle.remove(connection);
    if (unaccepted) {
      lastFailure = "the connection was closed before a worker accepted it";
      if (failedAttempts + 1 >= GREETINGS_BEFORE_DOUBT) {
        greets = false; // perhaps a server of the base protocol only, which a greeting ends
      }
      retryLater();
    } else {
      connectMore();
    }
  }

  private void watchIdle() {
    if (!idleTimerRuns && connections.size() > config.minWorkers()) {
      idleTimerRuns = true;
      loop.schedule(this::dropIdle, config.idleTimeout().toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void dropIdle() {
    idleTimerRuns = false;
    long now = System.nanoTime();
    while (connections.size() > config.minWorkers() && !idle.isEmpty()) {
      WorkerConnection coldest = idle.getLast();
      long left = coldest.idleSince() + config.idleTimeout().toNanos() - now;
      if (left > 0) {
        idleTimerRuns = true;
        loop.schedule(this::dropIdle, left, TimeUnit.NANOSECONDS);
        return;
      }
      idle.removeLast();
      connections.remove(coldest);
      coldest.close();
    }
  }

  void succeed(PendingCall call, @Nullable Object wire, String worker) {
    Object result = wire;
    if (call.result != null) {
      try {
        result = call.result.read(wire);
      } catch (RuntimeException | Error e) { // types of the user's own may throw anything
        fail(call, new ProtocolException(call.method, worker, e, call.site));
        return;
      }
    }
    Object value = result;
    deliver(call, () -> call.future.complete(value));
  }

  void fail(PendingCall call, TaskException reason) {
    deliver(call, () -> call.future.completeExceptionally(reason));
  }

  /** User code hangs on the future: it runs where the user said, and its faults are not ours. */
  private void deliver(PendingCall call, Runnable completion) {
    if (call.blocking || config.callbacks() == null) {
      completion.run();
      return;
    }
    try {
      config.callbacks().execute(completion);
    } catch (RuntimeException | Error e) {
      report("the executor for callbacks refused the result of " + call.method, e);
      completion.run();
    }
  }

  void exitOf(WorkerConnection dead, Consumer<@Nullable WorkerExit> then) {
    String id = dead.workerId();
    if (id == null) {
      then.accept(null);
      return;
    }
    ask(config.supervisor().exitOf(id), then);
  }

  void kill(String workerId, String reason) {
    config.supervisor().kill(workerId, reason);
  }

  void report(String what, Throwable cause) {
    LOG.log(System.Logger.Level.WARNING, what + ": " + cause.getMessage(), cause);
  }

  void close() {
    closed = true;
    new ArrayList<>(claims).forEach(Claim::closed);
    waiting.clear();
    new ArrayList<>(connections).forEach(WorkerConnection::close);
  }
}
