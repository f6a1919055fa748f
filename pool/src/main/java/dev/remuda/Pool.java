package dev.remuda;

import dev.remuda.client.CallStream;
import dev.remuda.client.Calls;
import dev.remuda.client.Checkout;
import dev.remuda.client.CheckoutOptions;
import dev.remuda.client.PoisonRule;
import dev.remuda.client.PoolCounters;
import dev.remuda.client.PoolListener;
import dev.remuda.client.PoolStats;
import dev.remuda.client.QueuePolicy;
import dev.remuda.client.RunningCall;
import dev.remuda.client.TaskClient;
import dev.remuda.client.TypedAction;
import dev.remuda.client.TypedCall;
import dev.remuda.client.TypedClient;
import dev.remuda.server.AotCache;
import dev.remuda.server.ServerStats;
import dev.remuda.server.TaskServer;
import dev.remuda.server.WorkerOutput;
import dev.remuda.worker.ThreadWorkers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A private supervisor and a client in one object: worker JVMs that live as long as this one at the
 * most, started on demand, kept hot, killed when they hang. Safe for use by any thread; who made it
 * closes it. It needs {@code --enable-native-access=ALL-UNNAMED} on this JVM's command line, except
 * where its workers are {@linkplain Builder#inThisJvm threads}.
 *
 * @param <T> the interface that the workers serve, or {@code Object} for those called by name only
 */
public final class Pool<T> implements Calls<T>, AutoCloseable {
  private static final System.Logger LOG = System.getLogger("dev.remuda");

  /** One worker more than the client's maximum may live, while another is being replaced. */
  private static final int REPLACEMENTS = 1;

  private final PrivateFolder folder;
  private final OwnWorkers workers;
  private final TaskClient client;
  private final TypedClient<T> calls;

  private Pool(PrivateFolder folder, OwnWorkers workers, TaskClient client, TypedClient<T> calls) {
    this.folder = folder;
    this.workers = workers;
    this.client = client;
    this.calls = calls;
  }

  /**
   * A pool with all defaults.
   *
   * @throws IllegalArgumentException when no worker could serve {@code implementation}
   */
  public static <I> Pool<I> of(Class<I> contract, Class<? extends I> implementation) {
    return builder(contract, implementation).start();
  }

  /**
   * A pool with all defaults whose workers are threads of this JVM; see {@link Builder#inThisJvm}.
   *
   * @throws IllegalArgumentException when no worker could serve {@code implementation}
   */
  public static <I> Pool<I> inThisJvm(Class<I> contract, Class<? extends I> implementation) {
    return builder(contract, implementation).inThisJvm().start();
  }

  /** Settings for a pool whose workers serve an interface. */
  public static <I> Builder<I> builder(Class<I> contract, Class<? extends I> implementation) {
    return new Builder<>(contract, implementation);
  }

  /** Settings for a pool whose workers serve a class or a {@code TaskHandler}, called by name. */
  public static Builder<Object> builder(Class<?> implementation) {
    return new Builder<>(null, implementation);
  }

  @Override
  public T sync() {
    return calls.sync();
  }

  @Override
  public <R extends @Nullable Object> CompletableFuture<R> async(TypedCall<? super T, R> call) {
    return calls.async(call);
  }

  @Override
  public CompletableFuture<@Nullable Void> run(TypedAction<? super T> call) {
    return calls.run(call);
  }

  @Override
  public CompletableFuture<@Nullable Object> call(String method, @Nullable Object... arguments) {
    return calls.call(method, arguments);
  }

  @Override
  public <V, R extends @Nullable Object> CallStream<V, R> callStream(
      Class<V> values, TypedCall<? super T, R> call) {
    return calls.callStream(values, call);
  }

  @Override
  public CallStream<Object, @Nullable Object> callStream(
      String method, @Nullable Object... arguments) {
    return calls.callStream(method, arguments);
  }

  /** Takes a worker exclusively, until the checkout is closed; never blocks. */
  public Checkout<T> checkout() {
    return calls.checkout();
  }

  /**
   * This pool for calls and checkouts that want some things otherwise; closing the pool closes it.
   *
   * @throws IllegalArgumentException naming all of them that cannot be
   */
  public TypedClient<T> with(CheckoutOptions options) {
    return calls.with(options);
  }

  /** The client's counts of this moment; blocks until its loop has told them. */
  public PoolStats stats() {
    return client.stats();
  }

  /** What the client has done since the start; blocks until its loop has told it. */
  public PoolCounters counters() {
    return client.counters();
  }

  /** The workers of this moment; those that are threads all have this JVM's process number. */
  public CompletableFuture<ServerStats> workers() {
    return workers.stats();
  }

  /** What checked out workers do at this moment; blocks until the loop has told it. */
  public List<RunningCall> running() {
    return client.running();
  }

  /**
   * Has a further listener hear what happens from now on; see {@link Builder#listener}.
   *
   * @return ends it
   */
  public Runnable listen(PoolListener hears) {
    return client.listen(hears);
  }

  /**
   * Ends a worker and all that it has started now; the call that it has fails.
   *
   * @param workerId such as {@code passwords(7)}
   * @param reason for its caller, the log and the autopsy
   */
  public void kill(String workerId, String reason) {
    workers.kill(workerId, reason);
  }

  /**
   * Has a worker replaced without loss: it leaves when its checkout is over.
   *
   * @return false for one that does not live or is on its way already, and for threads
   */
  public CompletableFuture<Boolean> retire(String workerId, String reason) {
    return workers.retire(workerId, reason);
  }

  /**
   * What all threads of a worker do at this moment, also while a call runs.
   *
   * @param patience how long the worker may take to say it
   * @return nothing for one that does not live or says nothing in time, and for threads
   */
  public CompletableFuture<Optional<String>> dump(String workerId, Duration patience) {
    return workers.dump(workerId, patience);
  }

  /**
   * Fails what is not answered yet, ends all workers, and waits until the last is gone; blocks. A
   * worker that is a thread and does not end is waited for some seconds, then left behind. Closing
   * twice is closing once.
   */
  @Override
  public void close() {
    client.close();
    workers.close();
    folder.close();
  }

  /**
   * Settings of a pool; those not given have the defaults of {@link TaskClient} and {@link
   * TaskServer}, but for no standby beside the workers that the client keeps connected.
   *
   * @param <T> the interface that the workers serve
   */
  public static final class Builder<T> {
    private final @Nullable Class<T> contract;
    private final Class<?> implementation;
    private final List<String> jvmArguments = new ArrayList<>();

    /** The names of those given settings that mean nothing without worker processes. */
    private final Set<String> processSettings = new TreeSet<>();

    private String name;
    private boolean inThisJvm;
    private final TaskClient.Builder client = TaskClient.builder();
    private int maxWorkers = TaskClient.DEFAULT_MAX_WORKERS;
    private int standby;
    private Duration hungWorkerTimeout = TaskServer.DEFAULT_HUNG_WORKER_TIMEOUT;
    private @Nullable WorkerOutput output;
    private @Nullable AotCache aotCache;

    private Builder(@Nullable Class<T> contract, Class<?> implementation) {
      this.contract = contract;
      this.implementation = implementation;
      String simple = implementation.getSimpleName().replaceAll("[^\\w.-]", "_");
      this.name = simple.isEmpty() ? "pool" : simple;
    }

    /** Names the workers, in {@code ps} and in messages; without it after their class. */
    public Builder<T> name(String poolName) {
      name = poolName;
      return this;
    }

    /** How many workers are kept connected; clamped to the maximum. */
    public Builder<T> minWorkers(int count) {
      client.minWorkers(count);
      return this;
    }

    /** How many workers there are at the most. */
    public Builder<T> maxWorkers(int count) {
      maxWorkers = count;
      client.maxWorkers(count);
      return this;
    }

    /** How many more wait ready to be connected. */
    public Builder<T> standby(int count) {
      processSettings.add("standby");
      standby = count;
      return this;
    }

    /** How long a call may take, its wait for a worker included; zero for ever. */
    public Builder<T> timeout(Duration limit) {
      client.timeout(limit);
      return this;
    }

    /** How long a call may wait for a worker; see {@link TaskClient.Builder#timeout}. */
    public Builder<T> queueTimeout(Duration limit) {
      client.queueTimeout(limit);
      return this;
    }

    /** How long a call may run once a worker has it; see {@link TaskClient.Builder#timeout}. */
    public Builder<T> callTimeout(Duration limit) {
      client.callTimeout(limit);
      return this;
    }

    /** Whether a worker is kept for others though a call on it failed. */
    public Builder<T> keepAfterError(boolean keep) {
      client.keepAfterError(keep);
      return this;
    }

    /** How long a worker beyond the minimum stays unused. */
    public Builder<T> idleTimeout(Duration limit) {
      client.idleTimeout(limit);
      return this;
    }

    /** How many checkouts may wait for a worker; without it there is no limit. */
    public Builder<T> maxQueue(int count, QueuePolicy policy) {
      client.maxQueue(count, policy);
      return this;
    }

    /** After how many checkouts a worker is replaced; 0, the default, for never. */
    public Builder<T> maxCheckouts(int count) {
      client.maxCheckouts(count);
      return this;
    }

    /** When a call that kills workers is refused; {@link PoisonRule#OFF} for never. */
    public Builder<T> poison(PoisonRule rule) {
      client.poison(rule);
      return this;
    }

    /** How long one call or hook may run before the worker's own watchdog ends it. */
    public Builder<T> hungWorkerTimeout(Duration limit) {
      processSettings.add("hungWorkerTimeout");
      hungWorkerTimeout = limit;
      return this;
    }

    /** Adds arguments for the workers' JVM. */
    public Builder<T> jvmArguments(String... arguments) {
      processSettings.add("jvmArguments");
      jvmArguments.addAll(List.of(arguments));
      return this;
    }

    /**
     * Whether and from where the workers' JVMs start from an ahead-of-time cache; without it as
     * {@link AotCache#ofThisUser} says: a second run of the same program starts faster.
     */
    public Builder<T> aotCache(AotCache cache) {
      processSettings.add("aotCache");
      aotCache = cache;
      return this;
    }

    /** Where futures complete; without it on the pool's own loop, which must not be blocked. */
    public Builder<T> callbacksOn(Executor executor) {
      client.callbacksOn(executor);
      return this;
    }

    /** Hears what happens in the pool's client; see {@link PoolListener}. */
    public Builder<T> listener(PoolListener hears) {
      client.listener(hears);
      return this;
    }

    /** Hears what workers print. */
    public Builder<T> output(WorkerOutput listener) {
      processSettings.add("output");
      output = listener;
      return this;
    }

    /**
     * Has the workers be threads of this JVM, with the same calls, values and errors: for unit
     * tests and debuggers. Nothing is isolated, which is logged at the start: the workers share
     * statics and memory with this program, and a call that is given up is interrupted but may run
     * on. Needs no native access. The timeout of calls stays; zero leaves time to stand in a
     * debugger. Settings of processes ({@code standby}, {@code hungWorkerTimeout}, {@code
     * jvmArguments}, {@code output}, {@code aotCache}) are refused together with it.
     */
    public Builder<T> inThisJvm() {
      inThisJvm = true;
      return this;
    }

    /**
     * Starts the pool; blocks until it listens, not until its workers are ready.
     *
     * @throws IllegalArgumentException naming all settings that cannot be
     * @throws UncheckedIOException when this machine cannot run a pool, saying why
     */
    public Pool<T> start() {
      PrivateFolder folder = null;
      OwnWorkers workers = null;
      List<String> problems = clientProblems();
      try {
        folder = PrivateFolder.create();
        workers = workers(folder, problems);
        TaskClient client = client(folder, workers);
        return new Pool<>(folder, workers, client, calls(client));
      } catch (IOException e) {
        undo(workers, folder);
        throw new UncheckedIOException(
            "the pool '" + name + "' cannot start: " + e.getMessage(), e);
      } catch (RuntimeException e) {
        undo(workers, folder);
        throw e;
      }
    }

    /** What a client would refuse, said together with what a server does. */
    private List<String> clientProblems() {
      var problems = new ArrayList<String>();
      try {
        client.check();
      } catch (IllegalArgumentException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
      return problems;
    }

    private OwnWorkers workers(PrivateFolder folder, List<String> problems) throws IOException {
      if (inThisJvm && !processSettings.isEmpty()) {
        problems.add(
            "in this JVM there are no worker processes, so these settings mean nothing: "
                + String.join(", ", processSettings));
      }
      OwnWorkers workers = null;
      try {
        workers = inThisJvm ? threads(folder) : new OwnProcesses(server(folder));
      } catch (IllegalArgumentException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
      if (workers != null && problems.isEmpty()) {
        return workers;
      }
      undo(workers, null);
      throw new IllegalArgumentException(String.join("; ", problems));
    }

    private OwnThreads threads(PrivateFolder folder) throws IOException {
      var threads = ThreadWorkers.start(name, folder.socket(), implementation, contract);
      LOG.log(
          System.Logger.Level.WARNING,
          "pool {0}: its workers are threads of this JVM, so nothing is isolated: they share its"
              + " memory and statics, and a call that hangs cannot be ended",
          name);
      return new OwnThreads(threads, folder.address());
    }

    private static void undo(@Nullable OwnWorkers workers, @Nullable PrivateFolder folder) {
      if (workers != null) {
        workers.close();
      }
      if (folder != null) {
        folder.close();
      }
    }

    @SuppressWarnings("unchecked") // without a contract T is Object
    private TypedClient<T> calls(TaskClient client) {
      return contract == null ? (TypedClient<T>) client.untyped() : client.of(contract);
    }

    private TaskServer server(PrivateFolder folder) throws IOException {
      TaskServer.Builder builder =
          TaskServer.builder()
              .name(name)
              .listen(folder.address())
              .standby(standby)
              .maxWorkers(maxWorkers + standby + REPLACEMENTS)
              .hungWorkerTimeout(hungWorkerTimeout)
              .jvmArguments(jvmArguments.toArray(String[]::new));
      if (output != null) {
        builder.output(output);
      }
      if (aotCache != null) {
        builder.aotCache(aotCache);
      }
      return serve(builder).start();
    }

    @SuppressWarnings("unchecked") // given together, by one who had to prove it
    private TaskServer.Builder serve(TaskServer.Builder builder) {
      return contract == null
          ? builder.serve(implementation)
          : builder.serve(contract, (Class<? extends T>) implementation);
    }

    private TaskClient client(PrivateFolder folder, OwnWorkers workers) {
      return client.connect(folder.address()).name(name).greet().supervisor(workers).build();
    }
  }
}
