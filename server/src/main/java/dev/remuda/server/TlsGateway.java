package dev.remuda.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.remuda.protocol.Address;
import dev.remuda.protocol.TlsContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes TLS connections at one address, checks their certificates, and forwards their bytes to the
 * unix socket where the workers of that address accept. So the private key is in no worker. Safe
 * for use by any thread; nothing here blocks but the threads that it starts.
 */
final class TlsGateway {
  private static final System.Logger LOG = System.getLogger("dev.remuda.server");
  private static final int BACKLOG = 4096;
  private static final long PAUSE_MILLIS = 100;

  private final ServerSocket listener;
  private final Address.Tls address;
  private final Path workers;
  private final TlsContext tls;
  private final GatewayLimits limits;
  private final ScheduledThreadPoolExecutor timers;
  private volatile boolean listening = true;
  private volatile @Nullable GatewayRefusals refusals;

  @GuardedBy("this")
  private final SequencedSet<TlsRelay> handshakes = new LinkedHashSet<>();

  @GuardedBy("this")
  private final SequencedSet<TlsRelay> forwarded = new LinkedHashSet<>();

  @GuardedBy("this")
  private long accepted;

  private TlsGateway(
      ServerSocket listener,
      Address.Tls address,
      Path workers,
      TlsContext tls,
      GatewayLimits limits) {
    this.listener = listener;
    this.address = address;
    this.workers = workers;
    this.tls = tls;
    this.limits = limits;
    timers =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("remuda-gateway-timer").factory());
    timers.setRemoveOnCancelPolicy(true);
  }

  /**
   * Begins to listen; takes no connection before {@link #start}.
   *
   * @param workers the path of the unix socket where workers accept
   */
  static TlsGateway open(Address.Tls wanted, Path workers, TlsContext tls, GatewayLimits limits)
      throws IOException {
    var listener = new ServerSocket();
    try {
      listener.setReuseAddress(true);
      listener.bind(
          new InetSocketAddress(InetAddress.getByName(wanted.host()), wanted.port()), BACKLOG);
      var address = new Address.Tls(wanted.host(), listener.getLocalPort());
      return new TlsGateway(listener, address, workers, tls, limits);
    } catch (IOException e) {
      listener.close();
      throw e;
    }
  }

  /** With the port that the kernel chose, where it was left to it. */
  Address.Tls address() {
    return address;
  }

  TlsContext tls() {
    return tls;
  }

  GatewayLimits limits() {
    return limits;
  }

  /** The socket where workers accept. */
  Path workers() {
    return workers;
  }

  /** Takes connections from now on. */
  void start(Consumer<ServerEvent> events) {
    refusals = new GatewayRefusals(address, events);
    Thread.ofPlatform().daemon().name("remuda-gateway " + address).start(this::acceptAll);
  }

  private void acceptAll() {
    while (listening) {
      try {
        take(listener.accept());
      } catch (IOException | RuntimeException e) {
        if (listening) { // no descriptor is free, or the peer has gone already
          LOG.log(System.Logger.Level.ERROR, address + " cannot take a connection: " + e);
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
        }
      }
    }
  }

  private void take(Socket socket) {
    var relay = new TlsRelay(this, socket);
    TlsRelay oldest = null;
    boolean full;
    synchronized (this) {
      full = forwarded.size() >= limits.connections();
      if (!full) {
        if (handshakes.size() >= limits.handshakes()) {
          oldest = handshakes.removeFirst();
        }
        handshakes.add(relay);
      }
    }
    if (full) {
      relay.giveUp(limits.connections() + " connections are forwarded already");
      return;
    }
    if (oldest != null) {
      oldest.giveUp(
          limits.handshakes() + " others are in their handshake: the oldest had to make way");
    }
    relay.start();
  }

  /** The certificate is taken. False when the gateway closes. */
  synchronized boolean established(TlsRelay relay) {
    if (!handshakes.remove(relay)) {
      return false;
    }
    forwarded.add(relay);
    accepted++;
    return true;
  }

  synchronized void ended(TlsRelay relay) {
    handshakes.remove(relay);
    forwarded.remove(relay);
  }

  void refused(TlsRelay relay, String reason) {
    GatewayRefusals all = refusals;
    if (all != null) {
      all.add(relay.peer(), reason);
    }
  }

  /** Runs a task after a while, unless it is cancelled before. */
  ScheduledFuture<?> later(Duration after, Runnable task) {
    return timers.schedule(task, after.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Whether it still takes connections, and so whether one whose turn has not come may wait. */
  boolean isListening() {
    return listening;
  }

  ServerStats.Gateway stats() {
    GatewayRefusals all = refusals;
    synchronized (this) {
      return new ServerStats.Gateway(
          address.toString(),
          forwarded.size(),
          handshakes.size(),
          accepted,
          all == null ? 0 : all.count(),
          all == null ? Optional.empty() : all.last());
    }
  }

  /** Nobody can connect any more; those who are connected go on. */
  void stopListening() {
    listening = false;
    try {
      listener.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "cannot close " + address, e);
    }
  }

  /** Ends all; what workers said last may still arrive, within the time that is given for that. */
  void close() {
    stopListening();
    List<TlsRelay> early;
    synchronized (this) {
      early = List.copyOf(handshakes);
      handshakes.clear();
    }
    early.forEach(TlsRelay::end);
    if (!timers.isShutdown()) {
      later(limits.linger(), this::endAll);
      timers.shutdown();
    }
  }

  private void endAll() {
    List<TlsRelay> rest;
    synchronized (this) {
      rest = List.copyOf(forwarded);
    }
    rest.forEach(TlsRelay::end);
  }
}
