package dev.remuda.client;

import dev.remuda.context.TaskLog;
import dev.remuda.protocol.Address;
import dev.remuda.protocol.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The caller's side: connections to workers, the queue of checkouts, their deadlines. It knows
 * tasks, not processes. One event loop owns all of its state; its methods are safe for use by any
 * thread and do not block, but for {@link #close()} and {@link #stats()}.
 *
 * <p>It may be started long before its server: checkouts wait, first come, first served, and what
 * is still inside its deadline is served when there is one.
 */
public final class TaskClient implements AutoCloseable {
  /** Workers that are connected ahead. */
  public static final int DEFAULT_MIN_WORKERS = 2;

  /** Workers that are connected at the most. */
  public static final int DEFAULT_MAX_WORKERS = 20;

  /** How long a call may take, its wait for a worker included. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);

  /** How long a worker beyond the minimum stays connected unused. */
  public static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofSeconds(60);

  /** How long a supervisor may take to say how a worker ended. */
  public static final Duration DEFAULT_AUTOPSY_TIMEOUT = Duration.ofMillis(200);

  private static final long CLOSE_SECONDS = 5;

  private final Loop loop;
  private final PoolCore core;
  private final String name;
  private final ArgumentEncoder encoder = new ArgumentEncoder();
  private final TypedClient<Object> untyped;

  TaskClient(ClientConfig config, Loop loop, RandomGenerator random) {
    this.loop = loop;
    this.name = config.name();
    core = new PoolCore(config, loop, random);
    untyped = new TypedClient<>(this, null, core.terms(), null);
    loop.execute(core::start);
  }

  /** How to connect, and how to behave. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The same client, called through the interface that its workers serve.
   *
   * @throws IllegalArgumentException when {@code contract} is no interface, has no method, or one
   *     with a type that cannot travel
   */
  public <T> TypedClient<T> of(Class<T> contract) {
    return new TypedClient<>(this, new Contract<>(contract), core.terms(), null);
  }

  /** The same client, called by method names. */
  public TypedClient<Object> untyped() {
    return untyped;
  }

  /** Takes a worker, calls a method by name, gives the worker back; see {@link Calls#call}. */
  public CompletableFuture<@Nullable Object> call(String method, @Nullable Object... arguments) {
    return untyped.call(method, arguments);
  }

  /** Takes a worker exclusively, to be called by method names. */
  public Checkout<Object> checkout() {
    return untyped.checkout();
  }

  /** The counts of this moment; blocks until the loop has told them. */
  public PoolStats stats() {
    return ask(core::stats, new PoolStats(0, 0, 0, 0));
  }

  /**
   * What the client has done since it was built; blocks until the loop has told it. Of a client
   * that is closed it is what stood there in the end.
   */
  public PoolCounters counters() {
    return ask(core::counters, null);
  }

  /** What checked out workers do at this moment; blocks until the loop has told it. */
  public List<RunningCall> running() {
    return ask(core::running, List.of());
  }

  /**
   * Has a further listener hear what happens from now on; see {@link Builder#listener}.
   *
   * @return ends it
   */
  public Runnable listen(PoolListener hears) {
    return core.outcomes().listen(hears);
  }

  private <R> R ask(Supplier<R> question, @Nullable R whenClosed) {
    if (!loop.isCurrent()) {
      try {
        return CompletableFuture.supplyAsync(question, loop::execute).join();
      } catch (RejectedExecutionException e) {
        if (whenClosed != null) {
          return whenClosed;
        }
        loop.awaitEnd(CLOSE_SECONDS); // nobody writes after it
      }
    }
    return question.get();
  }

  /**
   * Why the last attempt to reach the server failed; nothing before any did, and once one has
   * succeeded. Does not block.
   */
  public CompletableFuture<Optional<String>> connectFailure() {
    var answer = new CompletableFuture<Optional<String>>();
    try {
      loop.execute(() -> answer.complete(Optional.ofNullable(core.connectFailure())));
    } catch (RejectedExecutionException e) {
      answer.complete(Optional.empty());
    }
    return answer;
  }

  /**
   * Ends all connections, and with them the workers; calls that are not answered yet fail with
   * {@link CheckoutClosedException}. Blocks until it is done, except on the client's own loop.
   */
  @Override
  public void close() {
    try {
      CompletableFuture.runAsync(core::close, loop::execute)
          .whenComplete((nothing, e) -> loop.shutdown());
    } catch (RejectedExecutionException e) {
      // It is closed.
    }
    if (!loop.isCurrent()) {
      loop.awaitEnd(CLOSE_SECONDS);
    }
  }

  ArgumentEncoder encoder() {
    return encoder;
  }

  Loop loop() {
    return loop;
  }

  /** For tests that look inside, on the loop. */
  PoolCore core() {
    return core;
  }

  /** Runs user code where callbacks run; on the loop, unless the client is closed. */
  void callback(Runnable code, String what) {
    core.outcomes().execute(code, what);
  }

  void report(String what, Throwable cause) {
    core.outcomes().report(what, cause);
  }

  String name() {
    return name;
  }

  <T> Checkout<T> checkout(@Nullable Contract<T> contract, Terms own, @Nullable TaskLog log) {
    var taken = new CallSite();
    var claim = new Claim(core, own, taken);
    inOrder(() -> core.enter(claim, false));
    return new Checkout<>(this, contract, claim, taken, log);
  }

  /** Makes one call on a checkout of its own. */
  void submitAlone(PendingCall call, Terms own) {
    var claim = new Claim(core, own, call.site); // here, where it takes its turn
    onLoop(
        () -> {
          claim.issue(call);
          claim.release();
          core.enter(claim, call.request.blocking());
        },
        call);
  }

  /** The caller of {@code call} does not wait any more. */
  void giveUp(PendingCall call, String reason) {
    onLoop(
        () -> {
          if (call.claim != null) {
            call.claim.cancel(call, reason);
          }
        },
        call);
  }

  void release(Claim claim) {
    inOrder(claim::release);
  }

  void abort(Claim claim, String reason) {
    inOrder(() -> claim.abort(reason));
  }

  /** At once on the loop, as calls are: none may overtake a checkout or its release. */
  private void inOrder(Runnable task) {
    if (loop.isCurrent()) {
      task.run();
      return;
    }
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      // The client was closed, and with it every checkout: each call on one will be told.
    }
  }

  void onLoop(Runnable task, PendingCall call) {
    if (loop.isCurrent()) {
      task.run();
      return;
    }
    try {
      loop.execute(task);
      if (!loop.isShutdown()) {
        return;
      }
      // The loop may take a task in its last moment and never run it.
    } catch (RejectedExecutionException e) {
      // The same, said earlier.
    }
    var closed = new CheckoutClosedException(call.method(), "its client was closed", call.site);
    PendingCall.Progress progress = call.request.progress();
    boolean news = !call.future.isDone();
    core.outcomes().failed(call, closed);
    if (news && progress != null) {
      progress.end(closed);
    }
  }

  void requireMayBlock() {
    if (loop.isCurrent()) {
      throw new IllegalStateException(
          "sync() would block the client's own loop, which must bring the answer: use async() in"
              + " callbacks, or give the client an executor with callbacksOn()");
    }
  }

  /** Settings of a client; those not given have the defaults of {@link TaskClient}. */
  public static final class Builder {
    private final List<Address> addresses = new ArrayList<>();
    private String name = "";
    private int minWorkers = DEFAULT_MIN_WORKERS;
    private int maxWorkers = DEFAULT_MAX_WORKERS;
    private CheckoutOptions options = CheckoutOptions.NONE;
    private Duration idleTimeout = DEFAULT_IDLE_TIMEOUT;
    private boolean greets;
    private @Nullable Executor callbacks;
    private SupervisorLink supervisor = SupervisorLink.NONE;
    private Duration autopsyTimeout = DEFAULT_AUTOPSY_TIMEOUT;
    private int maxQueue = Integer.MAX_VALUE;
    private QueuePolicy queuePolicy = QueuePolicy.REJECT;
    private int maxCheckouts;
    private PoisonRule poison = PoisonRule.DEFAULT;
    private @Nullable PoolListener listener;
    private @Nullable TlsFiles tls;

    private Builder() {}

    /**
     * Where servers listen: {@code unix:PATH}, {@code tcp:HOST:PORT} or {@code tls:HOST:PORT},
     * which needs {@link #tls}. They need not be there yet. Names of hosts are resolved anew for
     * each connection. With several, workers are taken from the one that is least busy, and from
     * those only that can be reached. Replaces what was given before.
     *
     * @throws IllegalArgumentException when one is no address
     */
    public Builder connect(String... serverAddresses) {
      var parsed = new Address[serverAddresses.length];
      for (int i = 0; i < parsed.length; i++) {
        parsed[i] = Address.parse(serverAddresses[i]);
      }
      return connect(parsed);
    }

    /** Where servers listen. */
    public Builder connect(Address... serverAddresses) {
      addresses.clear();
      addresses.addAll(List.of(serverAddresses));
      return this;
    }

    /** What workers may log of who calls them. */
    public Builder name(String clientName) {
      name = clientName;
      return this;
    }

    /** How many workers are connected ahead; clamped to the maximum. */
    public Builder minWorkers(int count) {
      minWorkers = count;
      return this;
    }

    /** How many workers are connected at the most. */
    public Builder maxWorkers(int count) {
      maxWorkers = count;
      return this;
    }

    /**
     * How long a call may take, its wait for a worker included; zero for ever. Without this and the
     * next two it is {@link #DEFAULT_TIMEOUT}; with one of those two only, there is no such limit.
     */
    public Builder timeout(Duration limit) {
      options = options.timeout(limit);
      return this;
    }

    /** How long a call may wait for a worker; zero for ever. */
    public Builder queueTimeout(Duration limit) {
      options = options.queueTimeout(limit);
      return this;
    }

    /** How long a call may run once a worker has it; zero for ever. */
    public Builder callTimeout(Duration limit) {
      options = options.callTimeout(limit);
      return this;
    }

    /**
     * Whether a worker is kept for others though a call on it failed; without this it is ended at
     * its release.
     */
    public Builder keepAfterError(boolean keep) {
      options = options.keepAfterError(keep);
      return this;
    }

    /** How long a worker beyond the minimum stays connected unused. */
    public Builder idleTimeout(Duration limit) {
      idleTimeout = limit;
      return this;
    }

    /** How many checkouts may wait for a worker; without it there is no limit. */
    public Builder maxQueue(int count, QueuePolicy policy) {
      maxQueue = count;
      queuePolicy = policy;
      return this;
    }

    /** After how many checkouts a worker is replaced; 0, the default, for never. */
    public Builder maxCheckouts(int count) {
      maxCheckouts = count;
      return this;
    }

    /** When a call that kills workers is refused; {@link PoisonRule#OFF} for never. */
    public Builder poison(PoisonRule rule) {
      poison = rule;
      return this;
    }

    /**
     * Says that the server is one of Remuda's, so that each connection can open with a greeting and
     * the very first call can be aborted and named. Others learn it from the first reply.
     */
    public Builder greet() {
      greets = true;
      return this;
    }

    /** Where futures complete; without it on the client's own loop, which must not be blocked. */
    public Builder callbacksOn(Executor executor) {
      callbacks = executor;
      return this;
    }

    /** Hears what happens. */
    public Builder listener(PoolListener hears) {
      listener = hears;
      return this;
    }

    /**
     * What connections to {@code tls:} addresses go by: PEM files, which are read again when they
     * have changed, for the next connection. A server's certificate must lead to one of the
     * authorities, and be for the host that is connected to.
     *
     * @param certificate this client's, and those that lead to an authority, if any
     * @param key its private key: PKCS#8, not encrypted
     * @param authorities the certificates of those who vouch for servers
     */
    public Builder tls(Path certificate, Path key, Path authorities) {
      tls = new TlsFiles(certificate, key, authorities);
      return this;
    }

    /** Whom to ask how a worker ended. */
    public Builder supervisor(SupervisorLink link) {
      supervisor = link;
      return this;
    }

    /**
     * How long the caller of a worker that died waits for its supervisor to say how, up to a
     * minute; 200 ms unless given. After that the {@link Autopsy} names it as missing.
     */
    public Builder autopsyTimeout(Duration limit) {
      autopsyTimeout = limit;
      return this;
    }

    /**
     * Looks at the settings, all but the address; starts nothing.
     *
     * @throws IllegalArgumentException naming all that cannot be
     */
    public void check() {
      config(List.of(new Address.Tcp("localhost", 0)));
    }

    /**
     * Starts the client.
     *
     * @throws IllegalArgumentException naming all settings that cannot be
     */
    public TaskClient build() {
      ClientConfig config = config(addresses);
      return new TaskClient(config, new NettyLoop(config.tlsContext()), new SplittableRandom());
    }

    /** For a loop that is driven by a test. */
    TaskClient build(Loop loop, RandomGenerator random) {
      return new TaskClient(config(addresses), loop, random);
    }

    private ClientConfig config(List<Address> servers) {
      return new ClientConfig(
          servers,
          name,
          minWorkers,
          maxWorkers,
          options,
          idleTimeout,
          greets,
          callbacks,
          supervisor,
          autopsyTimeout,
          maxQueue,
          queuePolicy,
          maxCheckouts,
          poison,
          listener,
          tls);
    }
  }
}
