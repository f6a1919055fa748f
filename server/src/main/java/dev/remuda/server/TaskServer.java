package dev.remuda.server;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.TlsFiles;
import dev.remuda.protocol.WorkerExit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The supervisor: it listens, starts worker processes on demand, keeps some waiting, kills those
 * that must die, and reaps every one. It knows processes, not tasks: workers accept connections
 * themselves, and no byte of a call passes through here. Its methods are safe for use by any
 * thread; all but {@link #close} and {@link Builder#start} do not block.
 *
 * <p>A worker leads its own process group; killing it takes its children too, except one that has
 * made a session of its own.
 */
public final class TaskServer implements AutoCloseable {
  /** Workers kept waiting for each address. */
  public static final int DEFAULT_STANDBY = 1;

  /** How long one call may run before the worker's own watchdog ends it. */
  public static final Duration DEFAULT_HUNG_WORKER_TIMEOUT = Duration.ofMinutes(5);

  static final Duration LONGEST_GRACE = Duration.ofDays(365);

  /** What every JVM worker is started with, before the user's own arguments. */
  public static final List<String> DEFAULT_JVM_ARGUMENTS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:+ExitOnOutOfMemoryError",
          "-XX:MaxMetaspaceSize=256m",
          "-XX:-UsePerfData",
          "-XX:-CreateCoredumpOnCrash",
          "-Xlog:disable",
          "-Xlog:all=warning:stderr",
          "-Djdk.reflect.useNativeAccessorOnly=true",
          "--enable-native-access=ALL-UNNAMED");

  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  private final ServerConfig config;
  private final Supervisor supervisor;
  private final List<Address> addresses;
  private final @Nullable Address control;
  private final Thread atExit = new Thread(this::close, "remuda-close");

  private TaskServer(ServerConfig config, Supervisor supervisor, List<Address> addresses) {
    this.control = config.control();
    this.config = config;
    this.supervisor = supervisor;
    this.addresses = addresses;
  }

  /** What to serve, where, and how. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts a server in a process of its own, which ends when this JVM ends, however it does: for a
   * program that may not use native access itself. The settings go there through a pipe, not on a
   * command line; what the server logs, and what its workers print, comes to this JVM's loggers or
   * to the settings' own {@link WorkerOutput}. Blocks until it listens.
   *
   * @throws IllegalArgumentException naming all settings that cannot be
   * @throws IOException when the server cannot start, and why
   */
  public static ForkedServer fork(Builder settings) throws IOException {
    return ForkedServer.start(settings.config(), settings.given.replaceWithin);
  }

  static TaskServer start(ServerConfig config, @Nullable Duration replaceWithin)
      throws IOException {
    if (config.program() instanceof WorkerProgram.Java) {
      CrashReports.prepare(config.crashReports());
    }
    try (Listening listening = Listening.of(config, replaceWithin)) {
      var supervisor = new Supervisor(config);
      for (ListenPoint point : listening.points()) {
        supervisor.add(point);
      }
      var server = new TaskServer(config, supervisor, listening.addresses());
      Runtime.getRuntime().addShutdownHook(server.atExit);
      supervisor.ended().thenRun(server::forgetHook);
      LOG.log(System.Logger.Level.INFO, config.describe());
      config.warnOfOpenDoors(server.addresses);
      supervisor.start();
      try {
        listening.begin(supervisor, config.description(server.addresses));
      } catch (IOException e) {
        server.forgetHook(); // what its workers have begun, they finish
        throw e;
      }
      return server;
    }
  }

  /** Where it listens, with the ports that the kernel chose. */
  public List<Address> addresses() {
    return addresses;
  }

  /**
   * Where the supervisor itself answers questions about its workers, in the wire protocol; nothing
   * for a server that was told no such address and listens on TCP only.
   */
  public Optional<Address> controlAddress() {
    return Optional.ofNullable(control);
  }

  /** The whole effective configuration, in one line. */
  public String describe() {
    return config.describe();
  }

  /** Every setting with its effective value, by name, in an order to be read. */
  public Map<String, String> settings() {
    Map<String, String> settings = config.settings();
    settings.put("listen", String.join(",", addresses.stream().map(Address::toString).toList()));
    return settings;
  }

  /** The counts of this moment. */
  public CompletableFuture<ServerStats> stats() {
    return supervisor.stats();
  }

  /** Which ahead-of-time cache its next worker starts with. */
  public CompletableFuture<AotStatus> aotStatus() {
    return supervisor.aotStatus();
  }

  /**
   * How a worker ended; completes once it has, with nothing for one that is not known.
   *
   * @param workerId such as {@code passwords(7)}
   */
  public CompletableFuture<Optional<WorkerExit>> exitOf(String workerId) {
    return supervisor.exitOf(workerId);
  }

  /** Ends a worker and its whole process group now. */
  public void kill(String workerId, String reason) {
    supervisor.kill(workerId, reason);
  }

  /**
   * Has a worker leave without loss: another is started first, then its client is asked to let it
   * go ({@code rt}), and it leaves when it is released, or at once when it is idle. A client that
   * does not understand that keeps it as long as it likes.
   *
   * @return false for one that does not live, or is on its way already
   */
  public CompletableFuture<Boolean> retire(String workerId, String reason) {
    return supervisor.retire(workerId, reason);
  }

  /**
   * Replaces all workers by new ones of the same command line, whose class path is read again: new
   * ones first, and each of the old leaves when it is released. While new ones cannot be started or
   * set up the old ones stay.
   */
  public void reload() {
    supervisor.reload("reload");
  }

  /**
   * Has a listener hear what happens from now on, on the supervisor's thread: it must not block.
   *
   * @return ends it
   */
  public Runnable listen(Consumer<ServerEvent> listener) {
    return supervisor.listen(listener);
  }

  /**
   * What all threads of a worker do at this moment, also while a call runs.
   *
   * @param patience how long the worker may take to say it
   * @return nothing for one that does not live, or says nothing in time
   */
  public CompletableFuture<Optional<String>> dump(String workerId, Duration patience) {
    return supervisor.dump(workerId, patience);
  }

  /**
   * Takes no more work, and ends by itself when the last of what is there is done: idle workers
   * leave, clients are asked to let the others go ({@code rt}). Whoever waits in the queue by then
   * is still served; on a unix socket and with TLS nobody else can connect from then on, on TCP not
   * once the queue is empty.
   *
   * @return done when the last worker is reaped and the sockets are removed
   */
  public CompletableFuture<@Nullable Void> drain() {
    return supervisor.drain("drain").copy();
  }

  /** Done when this server has ended, however it came to that: closed, or drained. */
  public CompletableFuture<@Nullable Void> ended() {
    return supervisor.ended().copy();
  }

  /**
   * {@link #drain}, and after a while {@link #close}: checkouts may come to their end within that
   * time, what is left then is killed. Blocks until every worker is reaped; {@link #close} on
   * another thread cuts it short.
   *
   * @param grace from zero to 365 days
   */
  public void close(Duration grace) {
    requireGrace(grace);
    supervisor.close(grace).join();
    forgetHook();
  }

  static void requireGrace(Duration grace) {
    if (grace.isNegative() || grace.compareTo(LONGEST_GRACE) > 0) {
      throw new IllegalArgumentException("grace is zero to 365 days, not " + grace);
    }
  }

  /**
   * Kills all workers, whatever they do, waits until every one is reaped, and removes the sockets.
   * Closing twice is closing once.
   */
  @Override
  public void close() {
    supervisor.close().join();
    forgetHook();
  }

  private void forgetHook() {
    if (!Thread.currentThread().equals(atExit)) {
      try {
        Runtime.getRuntime().removeShutdownHook(atExit);
      } catch (IllegalStateException e) {
        // The JVM is going down: the hook finds all done.
      }
    }
  }

  /** Settings of a server; those not given have the defaults of {@link TaskServer}. */
  public static final class Builder {
    private final ServerSettings given = new ServerSettings();

    private Builder() {}

    /** Names the workers, in {@code ps} and in messages. */
    public Builder name(String serverName) {
      given.name = serverName;
      return this;
    }

    /**
     * Adds an address: {@code unix:PATH}, {@code tcp:HOST:PORT} or {@code tls:HOST:PORT}, port 0
     * for any.
     */
    public Builder listen(String address) {
      try {
        return listen(Address.parse(address));
      } catch (IllegalArgumentException e) {
        given.problems.add(String.valueOf(e.getMessage()));
        return this;
      }
    }

    /** Adds an address. */
    public Builder listen(Address address) {
      given.listen.add(address);
      return this;
    }

    /**
     * Where the supervisor itself answers questions about its workers: {@code unix:PATH}. Without
     * it that is beside the first unix socket that is listened on, {@code PATH.ctl}.
     */
    public Builder control(String address) {
      try {
        given.control = Address.parse(address);
      } catch (IllegalArgumentException e) {
        given.problems.add("control: " + e.getMessage());
      }
      return this;
    }

    /** Serves the public methods of a class, or a {@code TaskHandler}. */
    public Builder serve(Class<?> served) {
      given.serve(served, null);
      return this;
    }

    /** Serves the methods of an interface. */
    public <T> Builder serve(Class<T> servedInterface, Class<? extends T> served) {
      given.serve(served, servedInterface);
      return this;
    }

    /** Serves a class by its name, which only the workers' class path need hold. */
    public Builder serve(String className) {
      given.implementation = className;
      given.contract = null;
      return this;
    }

    /** Runs any program that takes connections on descriptor 0, instead of a class. */
    public Builder command(String... words) {
      return command(List.of(words));
    }

    /** As {@link #command(String...)}. */
    public Builder command(List<String> words) {
      given.command = List.copyOf(words);
      return this;
    }

    /** The workers' class path, instead of this JVM's; {@code folder/*} stands for its jars. */
    public Builder classPath(String path) {
      try {
        given.classPath = WorkerClassPath.withRuntime(WorkerClassPath.parse(path));
      } catch (IllegalArgumentException e) {
        given.problems.add(String.valueOf(e.getMessage()));
      }
      return this;
    }

    /** Exactly this, nothing added: for tests, whose own class path has folders in it. */
    Builder wholeClassPath(List<Path> entries) {
      given.classPath = List.copyOf(entries);
      return this;
    }

    /** How many workers wait ready for each address; 0 starts each only when it is asked for. */
    public Builder standby(int count) {
      given.standby = count;
      return this;
    }

    /** How many worker processes there are at the most; 0 for no limit. */
    public Builder maxWorkers(int count) {
      given.maxWorkers = count;
      return this;
    }

    /**
     * Replaces a worker after so many checkouts; 0, the default, for never. A checkout on which
     * nothing was called does not count. Of a class only: a command counts for itself.
     */
    public Builder maxCheckouts(int count) {
      given.maxCheckouts = count;
      return this;
    }

    /**
     * Replaces a worker at this age, a tenth more or less, so that not all are due at a time; zero,
     * the default, for never.
     */
    public Builder maxAge(Duration age) {
      given.maxAge = age;
      return this;
    }

    /**
     * Asks a worker back whose client has had no checkout open for so long; zero, the default, for
     * never. Workers that no client has are not meant: they wait as long as they must.
     */
    public Builder maxIdle(Duration time) {
      given.maxIdle = time;
      return this;
    }

    /**
     * Replaces a worker of which more than so many bytes are resident; 0, the default, for no
     * limit. Looked at every second.
     */
    public Builder softMemoryLimit(long bytes) {
      given.softMemoryLimit = bytes;
      return this;
    }

    /**
     * Kills a worker of which more than so many bytes are resident, whatever it does; 0, the
     * default, for no limit. Looked at every second; its autopsy says so.
     */
    public Builder hardMemoryLimit(long bytes) {
      given.hardMemoryLimit = bytes;
      return this;
    }

    /** How long one call or hook may run before its worker is ended; zero for ever. */
    public Builder hungWorkerTimeout(Duration limit) {
      given.hungWorkerTimeout = limit;
      return this;
    }

    /** Runs {@code setup()} before a worker's first call, not before it accepts. */
    public Builder lazySetup() {
      given.lazySetup = true;
      return this;
    }

    /** Adds arguments for the workers' JVM, after {@link #DEFAULT_JVM_ARGUMENTS}. */
    public Builder jvmArguments(String... arguments) {
      given.jvmArguments.addAll(List.of(arguments));
      return this;
    }

    /** The workers' JDK, instead of this JVM's. */
    public Builder javaHome(Path home) {
      given.javaHome = home.toAbsolutePath(); // workers may start in another directory
      return this;
    }

    /** Sets a variable in the workers' environment, which else is that of this process. */
    public Builder environment(String variable, String value) {
      given.environment.put(variable, value);
      return this;
    }

    /** The workers' working directory, instead of this process's. */
    public Builder workingDirectory(Path folder) {
      given.workingDirectory = folder;
      return this;
    }

    /** Where a worker's JVM writes its report when it crashes. */
    public Builder crashReports(Path folder) {
      given.crashReports = folder.toAbsolutePath();
      return this;
    }

    /**
     * Whether and from where JVM workers start from an ahead-of-time cache; without it as {@link
     * AotCache#ofThisUser} says.
     */
    public Builder aotCache(AotCache cache) {
      given.aotCache = cache;
      return this;
    }

    /**
     * Who may connect to the unix sockets, as the octal mode of their files, such as {@code 0660};
     * without it {@code 0600}: this process's user and root. Where it lets others connect, whoever
     * can connect may call, unless {@link #allowUsers} says who. The control address stays 0600.
     */
    public Builder socketMode(String mode) {
      given.socketMode = mode;
      return this;
    }

    /**
     * The group of the unix sockets' files, by name or number. This process must be in it, or run
     * as root.
     */
    public Builder socketGroup(String group) {
      given.socketGroup = group;
      return this;
    }

    /**
     * Of those whom {@link #socketMode} lets connect only these may call, besides this process's
     * user and root; each by name or number. Workers ask the kernel who connects; others are let go
     * of at once, which costs no worker.
     */
    public Builder allowUsers(String... users) {
      given.allowedUsers.addAll(List.of(users));
      return this;
    }

    /**
     * Listens on TCP beyond the loopback without TLS, or on a unix socket that is open to all:
     * anybody there may call the workers; or on one in a folder of another user, who may put their
     * own in its place. Each start logs a warning about each such address.
     */
    public Builder insecure() {
      given.insecure = true;
      return this;
    }

    /**
     * What {@code tls:} addresses go by: PEM files, which are read again when they have changed, at
     * the next handshake and at {@link TaskServer#reload}. Clients must show a certificate that
     * leads to one of the authorities.
     *
     * @param certificate this server's, and those that lead to an authority, if any
     * @param key its private key: PKCS#8, not encrypted; no worker ever has it
     * @param authorities the certificates of those who vouch for clients
     */
    public Builder tls(Path certificate, Path key, Path authorities) {
      given.tls = new TlsFiles(certificate, key, authorities);
      return this;
    }

    /**
     * Takes only clients that are listed in a file: the subject of a certificate or its fingerprint
     * ({@code sha256:…}), one a line, # for comments. It is read again when it has changed: who is
     * removed is refused at the next handshake.
     */
    public Builder allowClients(Path file) {
      given.allowedClients = file;
      return this;
    }

    /**
     * Takes the place of the server that answers at the control address, if there is one: its
     * listening sockets, with the connections that wait in them, pass to this one once its first
     * workers are ready, within ten minutes; then the other finishes what its workers have begun,
     * and ends. It must listen nowhere but on the addresses given here; there may be more of them.
     * No {@code tls:} address can be handed over: {@link TaskServer#drain} the other server, which
     * lets go of it at once, and then start this one.
     */
    public Builder replace() {
      return replace(Listening.READY_WITHIN);
    }

    Builder replace(Duration readyWithin) {
      given.replaceWithin = readyWithin;
      return this;
    }

    /** Hears what workers print; without it their lines go to the logger {@code remuda.worker}. */
    public Builder output(WorkerOutput listener) {
      given.output = listener;
      return this;
    }

    /**
     * Listens and starts the first workers; blocks until it listens, not until they are ready. With
     * {@link #replace} and a server to be replaced, it blocks until they are.
     *
     * <p>Listening sockets that a service manager passed ({@code LISTEN_FDS}) are used for the
     * addresses they are bound to; where no address was given, all of them are.
     *
     * @throws IllegalArgumentException naming all settings that cannot be
     * @throws IOException when an address cannot be listened on, or the other server cannot be
     *     replaced, which then goes on
     */
    public TaskServer start() throws IOException {
      Linux.requireSupported();
      if (given.listen.isEmpty()) {
        given.listen.addAll(InheritedSockets.addresses());
      }
      return TaskServer.start(config(), given.replaceWithin);
    }

    private ServerConfig config() {
      return new ServerSettingsCheck(given).config();
    }
  }
}
