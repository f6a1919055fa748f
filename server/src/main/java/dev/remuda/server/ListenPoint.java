package dev.remuda.server;

import dev.remuda.protocol.Address;
import dev.remuda.protocol.TlsContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One address that is listened on: its socket, which workers inherit, and its lock. */
final class ListenPoint {
  /** How many connections may wait for a worker. */
  private static final int BACKLOG = 4096;

  private static final int OWNER_ONLY = 0600;

  private final Address address;
  private final int fd;
  private final @Nullable SocketLock lock;
  private final @Nullable LockWatch watch;
  private final @Nullable TlsGateway gateway;
  private final boolean lent;
  private boolean shared;
  private boolean closed;
  private boolean refuses;

  private ListenPoint(Address address, int fd, @Nullable SocketLock lock, boolean lent) {
    this.address = address;
    this.fd = fd;
    this.lock = lock;
    this.watch =
        lock != null && address instanceof Address.Unix(Path path)
            ? new LockWatch(lock, path)
            : null;
    this.lent = lent;
    this.gateway = null;
  }

  /** Workers accept where {@code behind} listens, and only the gateway connects to that. */
  private ListenPoint(ListenPoint behind, TlsGateway gateway) {
    this.address = behind.address;
    this.fd = behind.fd;
    this.lock = behind.lock;
    this.watch = behind.watch;
    this.lent = false;
    this.gateway = gateway;
  }

  /**
   * Begins to listen. The path of a unix socket that a dead server left behind is taken over; one
   * with a live server is not.
   *
   * @param tls what a {@code tls:} address goes by; not looked at otherwise
   * @throws IOException naming the address and what stands in the way
   */
  static ListenPoint open(Address wanted, SocketAccess access, @Nullable TlsContext tls)
      throws IOException {
    try {
      return switch (wanted) {
        case Address.Unix unix -> unix(unix, access);
        case Address.Tcp tcp -> tcp(tcp);
        case Address.Tls address -> tls(address, Objects.requireNonNull(tls));
      };
    } catch (SocketInUseException e) {
      throw e;
    } catch (UnknownHostException e) {
      throw new IOException("cannot listen on " + wanted + ": there is no such host", e);
    } catch (AccessDeniedException e) {
      throw new IOException("cannot listen on " + wanted + ": Permission denied", e);
    } catch (IOException e) {
      throw new IOException("cannot listen on " + wanted + ": " + e.getMessage(), e);
    }
  }

  /** Begins to listen where no TLS is spoken. */
  static ListenPoint open(Address wanted, SocketAccess access) throws IOException {
    return open(wanted, access, null);
  }

  /**
   * Takes a listening socket that a service manager made, and keeps: it stays when this server
   * ends.
   *
   * @param fd ours to close, unless this throws
   */
  static ListenPoint borrow(Address address, int fd) throws IOException {
    SocketLock lock = address instanceof Address.Unix(Path path) ? SocketLock.acquire(path) : null;
    return new ListenPoint(address, fd, lock, true);
  }

  /**
   * Takes a share in what another server listens on; it is this one's alone from {@link #own} on.
   *
   * @param lockFd of the lock beside a unix socket; null for TCP
   * @param lent whether a service manager made it
   */
  static ListenPoint share(Address address, int fd, @Nullable Integer lockFd, boolean lent)
      throws IOException {
    SocketLock lock = null;
    if (address instanceof Address.Unix(Path path) && lockFd != null) {
      lock = SocketLock.share(path, lockFd);
    }
    var point = new ListenPoint(address, fd, lock, lent);
    point.shared = true;
    return point;
  }

  private static ListenPoint unix(Address.Unix address, SocketAccess access) throws IOException {
    Path path = address.path().toAbsolutePath();
    Path folder = path.getParent();
    if (folder == null) {
      throw new IOException("it is a folder");
    } else if (!Files.isDirectory(folder)) {
      throw new IOException("there is no folder " + folder);
    }
    access.requireSafe(folder);
    SocketLock lock = SocketLock.acquire(path);
    try {
      if (Files.exists(path) && !isSocket(path)) {
        throw new IOException("a file is there, and no socket");
      }
      Files.deleteIfExists(path);
      int fd = Linux.unixListener(path, OWNER_ONLY, BACKLOG);
      try {
        access.open(path);
      } catch (IOException | RuntimeException e) {
        Linux.close(fd);
        Files.deleteIfExists(path);
        throw e;
      }
      return new ListenPoint(new Address.Unix(path), fd, lock, false);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static ListenPoint tls(Address.Tls address, TlsContext tls) throws IOException {
    Path socket = PrivateSocket.create(PrivateSocket.Purpose.TLS);
    ListenPoint behind = null;
    try {
      behind = unix(new Address.Unix(socket), SocketAccess.OWNER_ONLY);
      return new ListenPoint(behind, TlsGateway.open(address, socket, tls, GatewayLimits.USUAL));
    } catch (IOException | RuntimeException e) {
      if (behind != null) {
        behind.close();
      }
      PrivateSocket.remove(socket);
      throw e;
    }
  }

  private static boolean isSocket(Path path) throws IOException {
    return ((Integer) Files.getAttribute(path, "unix:mode") & 0170000) == 0140000;
  }

  private static ListenPoint tcp(Address.Tcp address) throws IOException {
    int fd =
        Linux.tcpListener(
            new InetSocketAddress(InetAddress.getByName(address.host()), address.port()), BACKLOG);
    return new ListenPoint(new Address.Tcp(address.host(), Linux.port(fd)), fd, null, false);
  }

  /** With the port that the kernel chose, where it was left to it. */
  Address address() {
    return gateway == null ? address : gateway.address();
  }

  /** What stands before the workers' socket at a {@code tls:} address; null elsewhere. */
  @Nullable TlsGateway gateway() {
    return gateway;
  }

  int fd() {
    return fd;
  }

  /** How many connections wait until a worker accepts them. */
  int waiting() {
    try {
      if (refuses) { // then it is readable all the time
        return Backlog.of(address, fd);
      }
      return Linux.readable(fd) ? Math.max(1, Backlog.of(address, fd)) : 0;
    } catch (IOException e) {
      return 1; // the socket is readable, so at least one waits
    }
  }

  /**
   * Makes the lock's file anew where somebody has removed it.
   *
   * @return why the lock cannot be had again; null while it is held
   */
  @Nullable String keepLock() {
    return watch == null || closed || shared ? null : watch.keep();
  }

  /** Of the lock beside a unix socket. */
  @Nullable Integer lockFd() {
    return lock == null ? null : lock.fd();
  }

  boolean lent() {
    return lent;
  }

  /** False while another server, or a service manager, has the socket too. */
  boolean isOurs() {
    return !shared && !lent;
  }

  boolean isShared() {
    return shared;
  }

  /** Another server has it too: closing leaves socket, path and lock to that one. */
  void share() {
    shared = true;
  }

  /** Nobody else has it, or will for long. */
  void own() throws IOException {
    shared = false;
    if (lock != null && !closed) {
      lock.claim();
    }
  }

  /** Nobody can connect any more, but whoever waits can still be accepted. No effect on TCP. */
  void refuseMore() throws IOException {
    if (gateway != null) {
      gateway.stopListening(); // whoever is in the handshake may still come through
    } else if (isOurs() && address instanceof Address.Unix && !refuses) {
      Linux.refuse(fd);
      refuses = true;
    }
  }

  /** Nobody can connect any more, whichever worker shares the socket; who waits is lost. */
  void refuseAll() throws IOException {
    if (gateway != null) {
      gateway.stopListening();
    }
    if (isOurs() && !refuses) {
      Linux.refuse(fd);
      refuses = true;
    }
  }

  /** Closing twice is closing once. */
  void close() throws IOException {
    if (closed) {
      return;
    }
    keepLock(); // who has it removes what is left
    closed = true;
    if (gateway != null) {
      gateway.close();
    }
    boolean ours = isOurs();
    if (ours) {
      refuseAll(); // the workers of a server that went before may still have it
    }
    Linux.close(fd);
    if (ours && address instanceof Address.Unix(Path path) && lock != null && lock.isHeld()) {
      Files.deleteIfExists(path);
    }
    if (lock != null && shared) {
      lock.leave();
    } else if (lock != null) {
      lock.close();
    }
    if (gateway != null) {
      PrivateSocket.remove(gateway.workers());
    }
  }
}
