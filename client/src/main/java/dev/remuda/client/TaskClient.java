package dev.remuda.client;

import dev.remuda.protocol.Address;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
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

  private static final long CLOSE_SECONDS = 5;

  private final EventLoopGroup group;
  private final EventLoop loop;
  private final PoolCore core;
  private final ArgumentEncoder encoder = new ArgumentEncoder();
  private final TypedClient<Object> untyped;

  private TaskClient(ClientConfig config) {
    ThreadFactory threads = Thread.ofPlatform().name("remuda-client").daemon().factory();
    group = new MultiThreadIoEventLoopGroup(1, threads, NioIoHandler.newFactory());
    loop = group.next();
    core = new PoolCore(config, loop);
    untyped = new TypedClient<>(this, null);
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
    return new TypedClient<>(this, new Contract<>(contract));
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
    if (loop.inEventLoop()) {
      return core.stats();
    }
    try {
      return CompletableFuture.supplyAsync(core::stats, loop).join();
    } catch (RejectedExecutionException e) {
      return new PoolStats(0, 0, 0, 0);
    }
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
      CompletableFuture.runAsync(core::close, loop)
          .whenComplete(
              (nothing, e) -> group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS));
    } catch (RejectedExecutionException e) {
      // It is closed.
    }
    if (!loop.inEventLoop()) {
      group.terminationFuture().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
  }

  ArgumentEncoder encoder() {
    return encoder;
  }

  <T> Checkout<T> checkout(@Nullable Contract<T> contract) {
    var claim = new Claim(core);
    inOrder(() -> core.enter(claim));
    return new Checkout<>(this, contract, claim);
  }

  /** Makes one call on a checkout of its own. */
  void submitAlone(PendingCall call) {
    onLoop(
        () -> {
          var claim = new Claim(core);
          claim.issue(call);
          claim.release();
          core.enter(claim);
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

  /** At once on the loop, as calls are: none may overtake a checkout or its release. */
  private void inOrder(Runnable task) {
    if (loop.inEventLoop()) {
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
    if (loop.inEventLoop()) {
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
    if (!call.future.isDone()) {
      call.future.completeExceptionally(
          new CheckoutClosedException(call.method, "its client was closed", call.site));
    }
  }

  void requireMayBlock() {
    if (loop.inEventLoop()) {
      throw new IllegalStateException(
          "sync() would block the client's own loop, which must bring the answer: use async() in"
              + " callbacks, or give the client an executor with callbacksOn()");
    }
  }

  /** Settings of a client; those not given have the defaults of {@link TaskClient}. */
  public static final class Builder {
    private @Nullable Address address;
    private String name = "";
    private int minWorkers = DEFAULT_MIN_WORKERS;
    private int maxWorkers = DEFAULT_MAX_WORKERS;
    private Duration timeout = DEFAULT_TIMEOUT;
    private Duration idleTimeout = DEFAULT_IDLE_TIMEOUT;
    private boolean greets;
    private @Nullable Executor callbacks;
    private SupervisorLink supervisor = SupervisorLink.NONE;

    private Builder() {}

    /**
     * Where the server listens: {@code unix:PATH} or {@code tcp:HOST:PORT}. It need not be there
     * yet.
     *
     * @throws IllegalArgumentException when it is no address
     */
    public Builder connect(String serverAddress) {
      return connect(Address.parse(serverAddress));
    }

    /** Where the server listens. */
    public Builder connect(Address serverAddress) {
      address = serverAddress;
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

    /** How long a call may take, its wait for a worker included; zero for ever. */
    public Builder timeout(Duration limit) {
      timeout = limit;
      return this;
    }

    /** How long a worker beyond the minimum stays connected unused. */
    public Builder idleTimeout(Duration limit) {
      idleTimeout = limit;
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

    /** Whom to ask how a worker ended. */
    public Builder supervisor(SupervisorLink link) {
      supervisor = link;
      return this;
    }

    /**
     * Looks at the settings, all but the address; starts nothing.
     *
     * @throws IllegalArgumentException naming all that cannot be
     */
    public void check() {
      config(new Address.Tcp("localhost", 0));
    }

    /**
     * Starts the client.
     *
     * @throws IllegalArgumentException naming all settings that cannot be
     */
    public TaskClient build() {
      if (address == null) {
        throw new IllegalArgumentException("connect(ADDRESS) is missing");
      }
      return new TaskClient(config(address));
    }

    private ClientConfig config(Address server) {
      return new ClientConfig(
          server,
          name,
          minWorkers,
          maxWorkers,
          timeout,
          idleTimeout,
          greets,
          callbacks,
          supervisor);
    }
  }
}
