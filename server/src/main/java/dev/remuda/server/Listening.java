package dev.remuda.server;

import dev.remuda.protocol.Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What a server starts to listen on: handed over by its predecessor, inherited from a service
 * manager, or opened anew. Closes what it could not give to a supervisor.
 */
final class Listening implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");

  /** What a server that ends takes, and its busy workers, until the address is free. */
  private static final Duration LETS_GO_WITHIN = Duration.ofSeconds(2);

  /** Longer than any setup: a program that never says that it is ready must not hold up others. */
  static final Duration READY_WITHIN = Duration.ofMinutes(10);

  private final @Nullable Duration readyWithin;
  private final List<ListenPoint> points = new ArrayList<>();
  private @Nullable ListenPoint control;
  private @Nullable Predecessor predecessor;
  private boolean begun;

  private Listening(@Nullable Duration readyWithin) {
    this.readyWithin = readyWithin;
  }

  /**
   * All addresses of a server.
   *
   * @param replaceWithin how long the first workers may take where a server is to be replaced; null
   *     where none is
   * @throws IOException naming the address and what stands in the way
   */
  static Listening of(ServerConfig config, @Nullable Duration replaceWithin) throws IOException {
    long until = System.nanoTime() + (replaceWithin == null ? 0 : LETS_GO_WITHIN.toNanos());
    while (true) {
      var listening = new Listening(replaceWithin);
      try {
        listening.open(config);
        return listening;
      } catch (IOException | RuntimeException e) {
        boolean dies = listening.predecessor == null && isInUse(e);
        listening.close();
        if (!dies || System.nanoTime() - until >= 0) {
          throw e;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
      }
    }
  }

  /** Nobody answers any more, but the kernel has not taken all from the dying process yet. */
  private static boolean isInUse(Exception e) {
    return e instanceof SocketInUseException
        || (e.getCause() instanceof LinuxException cause && cause.errno() == Errno.EADDRINUSE);
  }

  private void open(ServerConfig config) throws IOException {
    Address.Unix controlAddress = config.control();
    List<ListenPoint> offered = new ArrayList<>();
    try {
      if (readyWithin != null && controlAddress != null) {
        offered.addAll(ask(controlAddress));
      }
      if (!offered.isEmpty()) {
        control = offered.removeLast();
      }
      for (Address wanted : config.addresses()) {
        ListenPoint match = take(wanted, offered);
        points.add(match == null ? inheritOrOpen(wanted, config) : match);
      }
      if (!offered.isEmpty()) {
        throw new IOException(
            "cannot replace the server at "
                + controlAddress
                + ": it listens on "
                + offered.getFirst().address()
                + " too, and who waits there would be lost; listen there, or end it first");
      }
      if (control == null && controlAddress != null) {
        control = ListenPoint.open(controlAddress, config.access().ownerOnly());
      }
      nameUnused();
    } finally {
      for (ListenPoint left : offered) {
        left.close();
      }
    }
  }

  private static ListenPoint inheritOrOpen(Address wanted, ServerConfig config) throws IOException {
    ListenPoint inherited = InheritedSockets.take(wanted);
    return inherited == null ? ListenPoint.open(wanted, config.access(), config.tls()) : inherited;
  }

  /** A host may have been given some that are not for this server. */
  private void nameUnused() throws IOException {
    boolean activated = points.stream().anyMatch(ListenPoint::lent);
    for (Address unused : InheritedSockets.addresses()) {
      LOG.log(
          activated ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
          "nothing is served on the listening socket {0} that this process was started with",
          unused);
    }
  }

  /** What the other server listens on, its control address last; nothing where there is none. */
  private List<ListenPoint> ask(Address.Unix controlAddress) throws IOException {
    predecessor = Predecessor.at(controlAddress);
    List<ListenPoint> offered = predecessor == null ? null : predecessor.takeOver();
    if (offered != null) {
      return offered;
    }
    LOG.log(System.Logger.Level.INFO, "no server is at {0} to be replaced", controlAddress);
    if (predecessor != null) {
      predecessor.close();
      predecessor = null;
    }
    return List.of();
  }

  private static @Nullable ListenPoint take(Address wanted, List<ListenPoint> offered) {
    for (ListenPoint each : offered) {
      if (isSame(wanted, each.address())) {
        offered.remove(each);
        return each;
      }
    }
    return null;
  }

  /** Port 0 is whichever port the kernel chose for the other one. */
  static boolean isSame(Address wanted, Address offered) {
    if (wanted instanceof Address.Unix(Path path) && offered instanceof Address.Unix(Path other)) {
      return SocketPath.canonical(path).equals(SocketPath.canonical(other));
    }
    return wanted instanceof Address.Tcp(String host, int port)
        && offered instanceof Address.Tcp(String otherHost, int otherPort)
        && (port == 0 || port == otherPort)
        && isSameHost(host, otherHost);
  }

  /** What does not resolve is refused when it is opened. */
  private static boolean isSameHost(String one, String other) {
    try {
      return InetAddress.getByName(one).equals(InetAddress.getByName(other));
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** Where calls are taken. */
  List<ListenPoint> points() {
    return points;
  }

  List<Address> addresses() {
    return points.stream().map(ListenPoint::address).toList();
  }

  /**
   * Gives all to a supervisor that has started. Blocks until its first workers are ready where
   * there is a server to be replaced, and then sends that one away.
   *
   * @param description what the control address tells that never changes
   * @throws IOException when they do not get ready, or the other one refuses; it goes on then
   */
  void begin(Supervisor supervisor, Map<String, Object> description) throws IOException {
    begun = true;
    try {
      if (predecessor != null && readyWithin != null) {
        replace(supervisor, predecessor, readyWithin);
      }
    } catch (IOException e) {
      supervisor.execute(() -> supervisor.leave("it could not take over"));
      awaitLeaving(supervisor);
      if (control != null) {
        control.close();
      }
      throw e;
    }
    try {
      supervisor.open(control, description);
    } catch (IOException e) {
      supervisor.close().join();
      throw e;
    }
  }

  /** Those who do not obey are killed by then; those who serve go on without a supervisor. */
  private static void awaitLeaving(Supervisor supervisor) {
    long millis = Replacements.LEAVE_MILLIS + LETS_GO_WITHIN.toMillis();
    supervisor.ended().copy().completeOnTimeout(null, millis, TimeUnit.MILLISECONDS).join();
  }

  private static void replace(Supervisor supervisor, Predecessor predecessor, Duration readyWithin)
      throws IOException {
    try (predecessor) {
      String trouble = trouble(supervisor, readyWithin);
      if (trouble == null) {
        predecessor.dismiss();
      } else if (predecessor.lives()) {
        throw new IOException("cannot take over, so the other server goes on: " + trouble);
      } // else nobody else would serve
    }
  }

  /** Null once the first workers are ready. */
  private static @Nullable String trouble(Supervisor supervisor, Duration readyWithin) {
    try {
      supervisor.proven().copy().orTimeout(readyWithin.toMillis(), TimeUnit.MILLISECONDS).join();
      return null;
    } catch (CompletionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      return cause instanceof TimeoutException
          ? "no worker was ready within " + readyWithin.toMillis() + " ms"
          : String.valueOf(cause.getMessage());
    }
  }

  /** Whatever was not given away. */
  @Override
  public void close() throws IOException {
    if (begun) {
      return;
    }
    begun = true;
    for (ListenPoint point : points) {
      point.close();
    }
    if (control != null) {
      control.close();
    }
    if (predecessor != null) {
      predecessor.close();
    }
  }
}
